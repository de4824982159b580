import { z } from 'zod';
import { camelCaseKeys } from './camel-case-keys.ts';

/** The file is read from commits too, where no path leads outside. */
function isInRepository(path: string): boolean {
  return !path.startsWith('/') && !path.includes('\\') && !path.split('/').includes('..') && !path.includes('\0');
}

const csv = z
  .strictObject({
    delimiter: z
      .string()
      .length(1)
      .refine((text) => !/["\r\n]/.test(text), { error: 'is a double quote or a line break' })
      .optional()
      .meta({
        description: 'The character between fields; default: comma, semicolon, tab or |, as found in the file',
        examples: [';'],
      }),
    missing: z
      .array(z.string().min(1))
      .optional()
      .meta({
        description:
          'Texts that mean "missing" in every column, in addition to the empty field; default: those of pandas.read_csv',
        examples: [['NA', '?']],
      }),
  })
  .transform(camelCaseKeys);

/** `models.<name>.data`. */
export const data = z
  .strictObject({
    label: z
      .string()
      .min(1)
      .meta({ description: 'The column with the label', examples: ['late'] }),
    time: z
      .string()
      .min(1)
      .optional()
      .meta({
        description: 'The column with the time of each row; intervals are then clustered by day',
        examples: ['date'],
      }),
    features: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .meta({
        description: "Feature columns, in the order of the model input; default: the names of the model's inputs",
        examples: [['distance', 'dep_hour', 'carrier']],
      }),
    inputs: z
      .record(z.string().min(1), z.string().min(1))
      .optional()
      .meta({
        description: 'Model input -> column, for inputs whose column has another name',
        examples: [{ petal_width__cm_: 'petal width (cm)' }],
      }),
    csv: csv.optional().meta({
      description: 'The format of CSV files; default: as found in the file',
      examples: [{ delimiter: ';', missing: ['NA', '?'] }],
    }),
    exclude: z
      .array(z.string().min(1))
      .default([])
      .meta({
        description: 'Columns that are not features and are not checked for drift',
        examples: [['id', 'delay']],
      }),
    schema: z
      .string()
      .min(1)
      .max(1000)
      .refine(isInRepository, { error: 'is not a path inside the repository' })
      .optional()
      .meta({
        description:
          'The data schema: types, ranges and categories that the evaluation dataset is checked by. `tidegate check-data --infer` writes a first one',
        examples: ['data/schema.yaml'],
      }),
    sensitive: z
      .array(z.string().min(1))
      .max(5000)
      .optional()
      .meta({
        description: 'Columns of which the check of the data schema shows no value, in any report, comment or log',
        examples: [['name', 'email']],
      }),
  })
  .transform(camelCaseKeys);

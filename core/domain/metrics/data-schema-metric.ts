/** Name of the number of failed checks of the data schema, as reports name it. A rule writes `data: schema`. */
export const DATA_SCHEMA_METRIC = 'data:schema';

/** The name for people. */
export const DATA_SCHEMA_TITLE = 'Failed checks of the data schema';

import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

/** One disagreement with GitHub's OpenAPI description. */
export interface Violation {
  /** Whose: what a client of Tidegate sent, or what this forge answered. */
  readonly side: 'request' | 'response';
  readonly operation: string;
  readonly problem: string;
}

/** One operation of the fixture: JSON Schemas, with references into `schemas`. */
interface Operation {
  readonly query: readonly string[];
  readonly body?: object;
  readonly isBodyRequired?: boolean;
  readonly responses: Readonly<Record<string, object | null>>;
}

interface Description {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly schemas: Readonly<Record<string, object>>;
}

/** A request and its answer. */
export interface Exchange {
  readonly method: string;
  /** The path as the description writes it, or the real path where no route has it. */
  readonly template: string;
  readonly query: readonly string[];
  readonly requestBody: unknown;
  readonly status: number;
  readonly responseBody: unknown;
}

const FIXTURE = new URL('../../test/fixtures/github-openapi.json', import.meta.url);

/** Checks exchanges against the operations of GitHub's REST interface that are in use. */
export class ContractOracle {
  readonly violations: Violation[] = [];
  readonly #description: Description;
  readonly #ajv: Ajv;
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor() {
    this.#description = JSON.parse(readFileSync(FIXTURE, 'utf8'));
    this.#ajv = new Ajv({ strict: false, allErrors: false, logger: false, addUsedSchema: false });
    addFormats.default(this.#ajv);
    // GitHub's own bots have addresses such as 1+x[bot]@users.noreply.github.com, which the description does not allow.
    this.#ajv.addFormat('email', /^[^\s@]+@[^\s@]+$/);
    this.#ajv.addSchema({ $id: 'github', definitions: this.#description.schemas });
  }

  /** Records what is wrong with an exchange. */
  check(exchange: Exchange): void {
    const name = `${exchange.method} ${exchange.template}`;
    const operation = this.#description.operations[name];
    const report = (side: Violation['side'], problem: string) => {
      this.violations.push({ side, operation: name, problem });
    };
    if (operation === undefined) {
      report('request', 'no such operation in the description');
      return;
    }
    for (const parameter of exchange.query) {
      if (!operation.query.includes(parameter)) report('request', `unknown query parameter "${parameter}"`);
    }
    // What was refused need not be right; what was accepted has to be.
    const isAccepted = exchange.status < 400;
    const mayLackBody = operation.isBodyRequired !== true && exchange.requestBody === undefined;
    if (operation.body !== undefined && isAccepted && !mayLackBody) {
      const problem = this.#problem(`${name} body`, operation.body, exchange.requestBody);
      if (problem !== undefined) report('request', problem);
    }
    if (!isAccepted) return;
    const schema = operation.responses[String(exchange.status)];
    if (schema === undefined) report('response', `status ${exchange.status} is not described`);
    if (schema === null || schema === undefined) return;
    const problem = this.#problem(`${name} ${exchange.status}`, schema, exchange.responseBody);
    if (problem !== undefined) report('response', problem);
  }

  #problem(key: string, schema: object, value: unknown): string | undefined {
    const known = this.#compiled.get(key) ?? this.#ajv.compile(schema);
    this.#compiled.set(key, known);
    if (known(value)) return undefined;
    const [error] = known.errors ?? [];
    return `${error?.instancePath ?? ''} ${error?.message ?? 'invalid'} ${JSON.stringify(error?.params ?? {})}`;
  }
}

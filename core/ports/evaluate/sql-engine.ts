import type { WarehouseDialect } from '../../domain/warehouse/warehouse-dialect.ts';
import type { AnswerColumns, Question } from './relation-engine.ts';

/** An engine that holds data, reached from here. */
export interface SqlEngine {
  readonly dialect: WarehouseDialect;
  /** Its address, for people: an address without credentials, or a command. */
  readonly shown: string;
  /**
   * True if another party than a program that tidegate.yaml names gives the answers.
   */
  readonly isRemote: boolean;
  /**
   * The whole answer to a question: a column per kind, also where it has no rows. Rows are in any order. Several questions
   * may be asked at a time.
   *
   * @throws {UserError} WAREHOUSE_REFUSED where the engine or its client refuses the statement, WAREHOUSE_ANSWER_INVALID
   *   for what is not the whole answer, CREDENTIALS_MISSING where it wants other credentials.
   * @throws {ServiceError} WAREHOUSE_UNREACHABLE after several tries.
   */
  query(question: Question): Promise<AnswerColumns>;
}

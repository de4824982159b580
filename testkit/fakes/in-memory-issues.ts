import type { Issue, IssueLabel, Issues, IssueText } from '../../core/ports/github/issues.ts';

/** An issue with what no use case reads. */
interface KeptIssue extends Issue {
  readonly title: string;
  readonly labels: readonly string[];
  readonly comments: readonly string[];
  readonly isPullRequest: boolean;
}

/** An issue or pull request of a person. */
export interface OpenedByOther extends Partial<IssueText> {
  readonly author: string;
  readonly labels?: readonly string[];
  /** It is a pull request, which has a number and labels too. */
  readonly isPullRequest?: boolean;
}

/** Issues in memory. What it opens itself is by `self`. */
export class InMemoryIssues implements Issues {
  readonly #all: KeptIssue[] = [];
  readonly #self: string;

  constructor(self = 'tidegate[bot]') {
    this.#self = self;
  }

  /** All of them, oldest first. */
  get issues(): readonly KeptIssue[] {
    return this.#all;
  }

  /** Opens one as another person. Returns its number. */
  openAsOther({ author, title = '', body = '', labels = [], isPullRequest = false }: OpenedByOther): number {
    const number = this.#all.length + 1;
    this.#all.push({ number, title, body, author, labels, isPullRequest, isOpen: true, comments: [] });
    return number;
  }

  async list(label: IssueLabel, state: 'open' | 'all'): Promise<readonly Issue[]> {
    return this.#all
      .filter((one) => !one.isPullRequest && one.labels.includes(label) && (state === 'all' || one.isOpen))
      .map(shown)
      .reverse();
  }

  async get(number: number): Promise<Issue> {
    return shown(this.#find(number));
  }

  async open(label: IssueLabel, text: IssueText): Promise<number> {
    return this.openAsOther({ author: this.#self, labels: [label], ...text });
  }

  async update(number: number, text: IssueText, state: 'open' | 'closed'): Promise<void> {
    this.#all[number - 1] = { ...this.#find(number), ...text, isOpen: state === 'open' };
  }

  async close(number: number, comment: string): Promise<void> {
    const found = this.#find(number);
    this.#all[number - 1] = { ...found, isOpen: false, comments: [...found.comments, comment] };
  }

  #find(number: number): KeptIssue {
    const found = this.#all[number - 1];
    if (found === undefined) throw new RangeError(`no issue ${number}`);
    return found;
  }
}

function shown({ number, body, author, isOpen }: Issue): Issue {
  return { number, body, author, isOpen };
}

import type { IssueText, IssueTracker, TrackedIssue } from '../../core/ports/github/issue-tracker.ts';

type Kept = TrackedIssue & IssueText & { readonly label: string; readonly isOurs: boolean };

/** Issues in memory. */
export class InMemoryIssueTracker implements IssueTracker {
  readonly issues: Kept[] = [];

  async find(label: string, marker: string): Promise<TrackedIssue | undefined> {
    const found = this.issues
      .filter((issue) => issue.isOurs && issue.label === label && issue.body.trimStart().startsWith(marker))
      .reverse();
    return found.find(({ state }) => state === 'open') ?? found[0];
  }

  async open(label: string, text: IssueText): Promise<number> {
    return this.#add({ label, isOurs: true, ...text });
  }

  /** As somebody else. */
  openAsOther(label: string, text: IssueText): number {
    return this.#add({ label, isOurs: false, ...text });
  }

  #add(issue: Omit<Kept, 'number' | 'state'>): number {
    const number = this.issues.length + 1;
    this.issues.push({ number, state: 'open', ...issue });
    return number;
  }

  async update(number: number, text: IssueText, state: TrackedIssue['state']): Promise<void> {
    const at = this.issues.findIndex((issue) => issue.number === number);
    const found = this.issues[at];
    if (found !== undefined) this.issues[at] = { ...found, ...text, state };
  }
}

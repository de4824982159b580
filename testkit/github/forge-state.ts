import { randomBytes } from 'node:crypto';
import { BareRepository } from './bare-repository.ts';
import type { Account, AppIdentity, Principal, Repository, Role } from './state.ts';

/** Everything that the forge knows. Its methods keep numbers and accounts consistent. */
export class ForgeState {
  readonly repositories = new Map<string, Repository>();
  /** Ids of the comments that someone hid. */
  readonly hiddenComments = new Set<number>();
  readonly accounts = new Map<string, Account>();
  readonly tokens = new Map<string, Principal>();
  /** Permissions by login; default: read. */
  readonly roles = new Map<string, Role>();
  /** Names of secrets that the organisation gives to all of its repositories. */
  readonly organizationSecrets = new Set<string>();
  readonly root: string;
  readonly app: AppIdentity;
  readonly otherApp: AppIdentity | undefined;
  readonly clock: () => Date;
  /** Numbers of the refs that environments name. */
  readonly #policyIds = new Map<string, number>();
  #nextId = 1000;

  constructor(options: {
    root: string;
    clock: () => Date;
    app: Omit<AppIdentity, 'bot'>;
    otherApp?: Omit<AppIdentity, 'bot'> | undefined;
  }) {
    this.root = options.root;
    this.clock = options.clock;
    const withBot = (app: Omit<AppIdentity, 'bot'>) => ({ ...app, bot: this.account(`${app.slug}[bot]`, 'Bot') });
    this.app = withBot(options.app);
    this.otherApp = options.otherApp && withBot(options.otherApp);
  }

  newId(): number {
    this.#nextId += 1;
    return this.#nextId;
  }

  /** The number of a ref in the policies of environments; always the same. */
  policyId(ref: string): number {
    const id = this.#policyIds.get(ref) ?? this.newId();
    this.#policyIds.set(ref, id);
    return id;
  }

  now(): string {
    return this.clock()
      .toISOString()
      .replace(/\.\d{3}Z$/, 'Z');
  }

  /** The account of a login; made when it is new. */
  account(login: string, type: Account['type'] = 'User'): Account {
    const known = this.accounts.get(login.toLowerCase());
    if (known !== undefined) return known;
    const account = { id: this.newId(), login, type };
    this.accounts.set(login.toLowerCase(), account);
    return account;
  }

  repository(fullName: string): Repository | undefined {
    return this.repositories.get(fullName.toLowerCase());
  }

  async addRepository(options: {
    fullName: string;
    defaultBranch: string;
    isPrivate: boolean;
    forkOf?: string;
    ownerType: Account['type'];
  }): Promise<Repository> {
    const [ownerLogin = '', name = ''] = options.fullName.split('/');
    const git = new BareRepository(`${this.root}/${options.fullName}.git`);
    await git.init(options.defaultBranch);
    const repository: Repository = {
      id: this.newId(),
      owner: this.account(ownerLogin, options.ownerType),
      name,
      fullName: options.fullName,
      defaultBranch: options.defaultBranch,
      isPrivate: options.isPrivate,
      forkOf: options.forkOf,
      createdAt: this.now(),
      git,
      issues: new Map(),
      labels: new Map(),
      checkRuns: [],
      statuses: [],
      runs: [],
      activity: [],
      reactions: [],
      deployments: [],
      protection: new Map(),
      protectionDetails: new Map(),
      rulesets: [],
      actionsSettings: {
        defaultPermissions: 'read',
        canApprove: false,
        forkApproval: 'first_time_contributors',
        retentionDays: 90,
      },
      secrets: new Map(),
      variables: new Map(),
      environments: new Map(),
    };
    this.repositories.set(options.fullName.toLowerCase(), repository);
    return repository;
  }

  /** The next number of an issue or pull request: they share one sequence. */
  nextNumber(repository: Repository): number {
    return repository.issues.size + 1;
  }

  /** Makes a token for a principal. */
  issueToken(prefix: 'ghp_' | 'ghs_', principal: Principal): string {
    const token = `${prefix}${randomBytes(18).toString('hex')}`;
    this.tokens.set(token, principal);
    return token;
  }
}

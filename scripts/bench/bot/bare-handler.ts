import { createServer, type Server } from 'node:http';
import { createNodeMiddleware, Probot } from 'probot';
import { unpacedOctokit } from '../../../bot/server.ts';

/** An App, and where it reaches GitHub. */
export interface BareApp {
  readonly appId: number;
  readonly privateKey: string;
  readonly secret: string;
  readonly apiUrl: string;
}

/**
 * The least that a Probot App can do when a run ends: the requests that a comment and a check need, in the order in which
 * Tidegate makes them, with fixed texts and nothing judged, rendered or remembered.
 */
export async function startBareHandler(app: BareApp): Promise<{ readonly url: string; readonly server: Server }> {
  const { appId, privateKey, secret, apiUrl } = app;
  // Writes without rests between them, as Tidegate is run here: what is compared is the work, not the waiting.
  const Octokit = unpacedOctokit();
  const probot = new Probot({ appId, privateKey, secret, baseUrl: apiUrl, logLevel: 'fatal', Octokit });
  const webhooks = await createNodeMiddleware(handle, { probot, webhooksPath: '/' });
  const server = createServer((request, response) => void webhooks(request, response, () => response.end()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`, server };
}

function handle(app: Probot): void {
  app.on('workflow_run.completed', async ({ octokit, payload }) => {
    const { workflow_run: run, repository } = payload;
    const [owner, repo] = [repository.owner.login, repository.name];
    const contents = 'GET /repos/{owner}/{repo}/contents/{path}';
    await octokit.request(contents, { owner, repo, path: 'tidegate.yaml' });
    const head = `${owner}:${run.head_branch}`;
    const pulls = await octokit.request('GET /repos/{owner}/{repo}/pulls', { owner, repo, head, per_page: 100 });
    const issue_number = pulls.data[0]?.number ?? 0;
    await octokit.request(contents, { owner, repo, path: 'tidegate.yaml', ref: run.head_sha });
    const artifacts = await octokit.request('GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts', {
      owner,
      repo,
      run_id: run.id,
      per_page: 100,
    });
    const comments = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';
    await octokit.request(comments, { owner, repo, issue_number, per_page: 100 });
    await octokit.request('GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}', {
      owner,
      repo,
      artifact_id: artifacts.data.artifacts[0]?.id ?? 0,
      archive_format: 'zip',
    });
    const name = 'a check';
    const checks = 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs';
    await octokit.request(checks, { owner, repo, ref: run.head_sha, check_name: name });
    const output = { title: 'done', summary: 'done' };
    await octokit.request('POST /repos/{owner}/{repo}/check-runs', {
      owner,
      repo,
      name,
      head_sha: run.head_sha,
      status: 'completed',
      conclusion: 'success',
      output,
    });
    await octokit.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
      owner,
      repo,
      issue_number,
      body: 'done',
    });
  });
}

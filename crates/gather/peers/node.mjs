// Promise.allSettled over node:http: fetch every URL at once.

import {
  Client,
  fetchPage,
  outcome,
} from "../../../shared/test-fixtures/peers/node/http_client.mjs";
import { Trial } from "../../../shared/test-fixtures/peers/node/peer_trial.mjs";

/** Does the work on all items at once. Resolves to how each was settled, in input order. */
async function gather(items, work) {
  return await Promise.allSettled(items.map(work));
}

const trial = new Trial();
const output = await trial.run(async () => {
  const { urls, timeout_ms: timeout } = trial.job;
  const client = new Client(trial.job);
  const pace = trial.pace();
  const settled = await gather(urls, (url) =>
    pace.item(() => fetchPage(client, url, AbortSignal.timeout(timeout))),
  );
  client.close();
  return { outcomes: settled.map(outcome) };
});
trial.reply(output);

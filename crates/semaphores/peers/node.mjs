// Promises over node:http: as many loops as permits take from one iterator, so that at most
// `limit` are waited for at once.

import { createHash } from "node:crypto";
import {
  Client,
  fetchPage,
  outcome,
} from "../../../shared/test-fixtures/peers/node/http_client.mjs";
import { Trial } from "../../../shared/test-fixtures/peers/node/peer_trial.mjs";

/** Does the work on every item, at most `limit` at once. Resolves to how each was settled,
 *  in input order. */
async function atMost(limit, items, work) {
  const settled = new Array(items.length);
  const queue = items.entries();
  async function permit() {
    for (const [place, item] of queue) {
      [settled[place]] = await Promise.allSettled([work(item)]);
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, permit));
  return settled;
}

/** A digest that is digested again and again. */
function rehash(sha256, times) {
  for (let time = 0; time < times; time++) {
    sha256 = createHash("sha256").update(sha256, "hex").digest("hex");
  }
  return sha256;
}

const trial = new Trial();
const output = await trial.run(async () => {
  const { urls, limit, timeout_ms: timeout, rehash: times } = trial.job;
  const client = new Client(trial.job);
  const pace = trial.pace();
  const digests = new Map();
  const settled = await atMost(limit, urls, (url) =>
    pace.item(async () => {
      const page = await fetchPage(client, url, AbortSignal.timeout(timeout));
      if (times) digests.set(page, rehash(page.sha256, times));
      return page;
    }),
  );
  client.close();
  const output = { outcomes: settled.map(outcome) };
  if (times) {
    output.digests = settled.flatMap(({ value }) => digests.get(value) ?? []);
  }
  return output;
});
trial.reply(output);

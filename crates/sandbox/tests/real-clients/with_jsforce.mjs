// Usage: node with_jsforce.mjs LOGIN-JSON. Prints what it found as one JSON line; the test compares it with the truth.
import { createHash, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';

// The packages are installed outside the source tree; NODE_PATH does not reach ES modules.
const require = createRequire(join(process.env.CLIENTS_DIR, 'package.json'));
const jsforce = require('jsforce');
const login = JSON.parse(process.argv[2]);
const found = {};

// The web server flow with PKCE, the way a browser would walk it.
const redirectUri = 'http://localhost:9/callback';
const oauth2 = new jsforce.OAuth2({ loginUrl: login.url, clientId: login.clientId, clientSecret: login.clientSecret, redirectUri });
const verifier = randomBytes(48).toString('base64url');
const challenge = createHash('sha256').update(verifier).digest('base64url');
const authorize = oauth2.getAuthorizationUrl({
  scope: 'api refresh_token', state: 'xyz', code_challenge: challenge, code_challenge_method: 'S256',
});
const location = (await fetch(authorize, { redirect: 'manual' })).headers.get('location');
const callback = new URL(location).searchParams;
found.state = callback.get('state');

const connection = new jsforce.Connection({ oauth2, version: '60.0' });
await connection.authorize(callback.get('code'), { code_verifier: verifier });
found.instanceUrl = connection.instanceUrl;
let refreshes = 0;
connection.on('refresh', () => { refreshes += 1; });

// All pages by hand with queryMore, then by the client's own loop.
let page = await connection.query('SELECT Id, Subject, Who.Name FROM Task');
found.totalSize = page.totalSize;
const ids = new Set(page.records.map((r) => r.Id));
found.pages = 1;
while (!page.done) {
  page = await connection.queryMore(page.nextRecordsUrl);
  page.records.forEach((r) => ids.add(r.Id));
  found.pages += 1;
}
found.tasks = ids.size;
const all = await connection.query('SELECT Id FROM Contact', { autoFetch: true, maxFetch: 100000, scanAll: true });
found.contactsWithDeleted = all.records.length;

const described = await connection.sobject('Account').describe();
found.customFields = described.fields.filter((f) => f.custom).map((f) => f.name).sort();
found.objects = (await connection.describeGlobal()).sobjects.map((s) => s.name);

const deals = await connection.query('SELECT Id, (SELECT Id FROM OpportunityContactRoles) FROM Opportunity LIMIT 2000');
found.roles = deals.records.reduce((n, d) => n + (d.OpportunityContactRoles?.records.length ?? 0), 0);
const one = await connection.sobject('Account').retrieve((await connection.query('SELECT Id FROM Account LIMIT 1')).records[0].Id);
found.retrieved = typeof one.Name === 'string';

// The session ends; the client refreshes by itself and goes on.
await fetch(`${login.url}/_control/expire-tokens`, { method: 'POST' });
found.afterRefresh = (await connection.query('SELECT COUNT() FROM Lead')).totalSize;
found.refreshes = refreshes;

try {
  await connection.query('SELECT Nope FROM Account');
} catch (e) {
  found.errorCode = e.errorCode;
}
const soap = new jsforce.Connection({ loginUrl: login.url, version: '60.0' });
await soap.login(login.username, login.password);
found.soapUsers = (await soap.query('SELECT COUNT() FROM User')).totalSize;
console.log(JSON.stringify(found));

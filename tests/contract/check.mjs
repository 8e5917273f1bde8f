// Holds the OpenRPC document against the official meta-schema, follows every reference, and looks for methods that are
// described twice.
//
//     node check.mjs DOCUMENT
import { readFileSync } from "node:fs";
import utils from "@open-rpc/schema-utils-js";

const { parseOpenRPCDocument, validateOpenRPCDocument } = utils;
const document = JSON.parse(readFileSync(process.argv[2], "utf8"));
const problems = [];

const valid = validateOpenRPCDocument(document);
if (valid !== true) problems.push(`the meta-schema refuses it: ${valid.message}`);

// The meta-schema lets two methods share a name; a client generated from that would lose one.
const names = document.methods.map((method) => method.name);
for (const name of new Set(names)) {
  if (names.filter((other) => other === name).length > 1) problems.push(`${name} is described twice`);
}

try {
  await parseOpenRPCDocument(structuredClone(document), { dereference: false });
} catch (error) {
  problems.push(`the parser refuses it: ${error.message}`);
}
// The parser's own way of resolving copies every schema into each other one and fills any memory; following is enough.
for (const reference of references(document, new Set())) {
  if (find(reference) === undefined) problems.push(`${reference} leads nowhere`);
}

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log(`${names.length} methods`);

function references(value, into) {
  if (value === null || typeof value !== "object") return into;
  if (typeof value.$ref === "string") into.add(value.$ref);
  for (const member of Object.values(value)) references(member, into);
  return into;
}

function find(reference) {
  if (!reference.startsWith("#/")) return undefined;
  const steps = reference.slice(2).split("/");
  return steps.reduce((at, step) => at?.[step.replaceAll("~1", "/").replaceAll("~0", "~")], document);
}

"use strict";
const at = (id) => document.getElementById(id);
// Texts of the document become text nodes and never markup.
const el = (name, attributes, ...children) => {
  const it = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key === "on") for (const [event, run] of Object.entries(value)) it.addEventListener(event, run);
    else if (value !== undefined && value !== false) it.setAttribute(key, value === true ? "" : value);
  }
  it.append(...children.flat().filter((child) => child !== undefined && child !== null));
  return it;
};
let api = { methods: [], components: { schemas: {} } };
const keyField = at("key"), search = at("search"), list = at("list"), pane = at("method");
keyField.value = sessionStorage.getItem("fairlead.key") || "";
keyField.addEventListener("input", () => sessionStorage.setItem("fairlead.key", keyField.value));

const follow = (schema) => {
  const name = schema && schema.$ref && schema.$ref.split("/").pop();
  return name ? { name, schema: (api.components.schemas || {})[name] || {} } : { name: undefined, schema: schema || {} };
};
const typeOf = (given) => {
  const { name, schema } = follow(given);
  if (name) return name;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((it) => JSON.stringify(it)).join(" | ");
  const parts = schema.anyOf || schema.oneOf || schema.allOf;
  if (parts) return parts.map(typeOf).join(schema.allOf ? " & " : " | ");
  const types = [].concat(schema.type || "any");
  return types.map((type) => type === "array" ? `${typeOf(schema.items)}[]` : schema.format ? `${type} (${schema.format})` : type).join(" | ");
};
const choices = (given) => {
  const { schema } = follow(given), parts = schema.oneOf || schema.anyOf;
  if (schema.const !== undefined) return [schema.const];
  return schema.enum || (parts ? parts.flatMap((it) => choices(it)) : []);
};
const rules = (given) => {
  const { schema } = follow(given), said = [], values = choices(given).filter((it) => it !== null);
  for (const [key, words] of [["minimum", "≥ "], ["maximum", "≤ "], ["minLength", "length ≥ "], ["maxLength", "length ≤ "],
    ["minItems", "items ≥ "], ["maxItems", "items ≤ "], ["pattern", "matches "], ["default", "default "]])
    if (schema[key] !== undefined && schema[key] !== null) said.push(words + (typeof schema[key] === "string" ? schema[key] : JSON.stringify(schema[key])));
  if (values.length) said.push("one of " + values.join(", "));
  return said.join(" · ");
};
const paint = (value) => {
  const text = JSON.stringify(value, null, 2) ?? "null", pre = el("pre", { tabindex: "0" });
  const token = /("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
  let end = 0;
  if (text.length < 200000) for (const match of text.matchAll(token)) {
    const kind = match[1] ? (match[2] ? "k" : "s") : /^[tfn]/.test(match[0]) ? "b" : "n";
    pre.append(text.slice(end, match.index), el("span", { class: kind }, match[0]));
    end = match.index + match[0].length;
  }
  pre.append(text.slice(end));
  return pre;
};
const exampleOf = (method) => {
  const example = (method.examples || [])[0];
  return example ? Object.fromEntries((example.params || []).map((it) => [it.name, it.value])) : {};
};
const call = async (method, params) => {
  const headers = { "content-type": "application/json" };
  if (keyField.value) headers.authorization = "Bearer " + keyField.value;
  const begun = performance.now();
  const reply = await fetch("/rpc", { method: "POST", headers, body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }) });
  const text = await reply.text();
  let body; try { body = JSON.parse(text); } catch { body = { error: { message: text || reply.statusText } }; }
  return { body, ms: Math.round(performance.now() - begun), id: reply.headers.get("x-request-id") };
};
const tryIt = (method) => {
  const example = JSON.stringify(exampleOf(method), null, 2);
  const box = el("textarea", { rows: Math.min(16, Math.max(4, example.split("\n").length + 1)), "aria-label": "Params as JSON", spellcheck: "false" });
  box.value = example;
  const out = el("div", { "aria-live": "polite" }), send = el("button", { type: "button" }, "Call");
  const run = async () => {
    let params;
    try { params = JSON.parse(box.value || "{}"); }
    catch (error) { out.replaceChildren(el("p", { class: "bad" }, "The params are not JSON: " + error.message)); return; }
    send.disabled = true;
    try {
      const { body, ms, id } = await call(method.name, params), failed = body.error;
      out.replaceChildren(
        el("p", { class: failed ? "bad" : "faint" }, failed ? `${failed.data ? failed.data.code : failed.code || "error"}: ${failed.message} ` : "", el("span", { class: "faint" }, `${ms} ms · request ${id || "?"}`)),
        paint(failed ? failed : body.result));
    } catch (error) { out.replaceChildren(el("p", { class: "bad" }, "No answer: " + error.message)); }
    send.disabled = false;
  };
  send.addEventListener("click", run);
  box.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); run(); } });
  const reset = el("button", { type: "button", class: "plain", on: { click: () => { box.value = example; box.focus(); } } }, "Example");
  return [el("h3", {}, "Try it"), method["x-effect"] === "mutation" ? el("p", { class: "faint" }, "This changes data, and is written to the audit log.") : null,
    box, el("div", { class: "row" }, send, reset, el("span", { class: "faint" }, "Ctrl + Enter")), out];
};
const shapes = (schemas, seen) => {
  const rows = [];
  const walk = (given) => {
    if (!given) return;
    const { name, schema: real } = follow(given);
    if (name && seen.has(name)) return;
    if (name) { seen.add(name); rows.push(el("details", {}, el("summary", {}, name), paint(real))); }
    for (const inner of [real.items, ...Object.values(real.properties || {}), ...(real.anyOf || []), ...(real.oneOf || []), ...(real.allOf || [])])
      if (inner && typeof inner === "object") walk(inner);
  };
  for (const schema of schemas) walk(schema);
  return rows.length ? el("details", { class: "types" }, el("summary", {}, rows.length === 1 ? "1 type" : rows.length + " types"), ...rows) : null;
};
const show = (method) => {
  const params = method.params || [], errors = method.errors || [], seen = new Set(), example = (method.examples || [])[0];
  pane.replaceChildren(...[
    el("h2", {}, method.name),
    el("p", {}, el("span", { class: "badge " + method["x-effect"] }, method["x-effect"] || "call"), el("span", { class: "badge" }, "caller: " + (method["x-caller"] || "?")),
      method["x-audit"] ? el("span", { class: "badge" }, "audit: " + method["x-audit"]) : null, ...(method["x-topics"] || []).map((it) => el("span", { class: "badge" }, "topic: " + it))),
    el("p", { class: "docs" }, method.description || method.summary || ""),
    el("h3", {}, "Params"),
    params.length ? el("table", {}, el("thead", {}, el("tr", {}, ...["name", "type", ""].map((it) => el("th", { scope: "col" }, it)))),
      el("tbody", {}, ...params.map((it) => el("tr", {}, el("td", {}, el("code", {}, it.name), " ", it.required ? el("span", { class: "need" }, "required") : null),
        el("td", {}, el("code", {}, typeOf(it.schema))), el("td", {}, it.description || it.schema?.description || "", " ", el("span", { class: "faint" }, rules(it.schema)))))))
      : el("p", { class: "faint" }, "none: send {}"),
    shapes(params.map((it) => it.schema), seen),
    ...tryIt(method),
    el("h3", {}, "Result"), el("p", {}, el("code", {}, typeOf(method.result && method.result.schema))),
    shapes([method.result && method.result.schema], seen),
    example && example.result ? el("details", {}, el("summary", {}, "Example"), paint(example.result.value)) : null,
    el("h3", {}, "Errors"),
    errors.length ? el("table", {}, el("tbody", {}, ...errors.map((it) => el("tr", {}, el("td", {}, el("code", {}, String((it.data && it.data.code) || it.code))),
      el("td", {}, el("code", {}, (it.data && it.data.reason) || "")), el("td", {}, it.message || ""))))) : el("p", { class: "faint" }, "only those every method has"),
  ].filter((it) => it !== null));
  pane.scrollTop = 0;
};
const render = () => {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean), groups = new Map(), chosen = decodeURIComponent(location.hash.slice(1));
  for (const method of api.methods) {
    const text = [method.name, method.summary, method.description].join(" ").toLowerCase();
    if (!words.every((word) => text.includes(word))) continue;
    const router = method.name.split(".")[0];
    groups.set(router, [...(groups.get(router) || []), method]);
  }
  list.replaceChildren(...[...groups].map(([router, methods]) => el("section", {}, el("h2", {}, router), ...methods.map((method) =>
    el("a", { href: "#" + method.name, title: method.summary, "aria-current": method.name === chosen && "true" }, method.name.slice(router.length + 1) || method.name,
      el("span", { class: "dot " + method["x-effect"], title: method["x-effect"] }))))));
  if (!groups.size) list.replaceChildren(el("p", { class: "faint" }, "No method matches."));
};
const choose = () => {
  const name = decodeURIComponent(location.hash.slice(1)), method = api.methods.find((it) => it.name === name) || api.methods[0];
  render();
  if (method) show(method);
};
search.addEventListener("input", render);
search.addEventListener("keydown", (event) => { if (event.key === "Enter") { const first = list.querySelector("a"); if (first) { first.click(); pane.focus(); } } });
document.addEventListener("keydown", (event) => {
  const typing = /INPUT|TEXTAREA/.test(document.activeElement.tagName);
  if (event.key === "/" && !typing) { event.preventDefault(); search.focus(); search.select(); }
  if ((event.key === "ArrowDown" || event.key === "ArrowUp") && (document.activeElement === search || list.contains(document.activeElement))) {
    const links = [...list.querySelectorAll("a")], next = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    if (links[next]) { event.preventDefault(); links[next].focus(); } else if (next < 0) search.focus();
  }
});
addEventListener("hashchange", choose);
fetch("/openrpc.json").then((reply) => reply.json()).then((document) => {
  api = document;
  at("version").textContent = "API " + (api.info ? api.info.version : "");
  choose();
}).catch((error) => pane.replaceChildren(el("p", { class: "bad" }, "The document cannot be read: " + error.message)));

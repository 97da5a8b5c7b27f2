// Shows the OpenAPI document. Everything is set as text, so nothing in the document can become markup.
const element = (name, text, className) => {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
};

const resolve = (api, schema, depth = 0) => {
  if (!schema || depth > 6) return {};
  if (schema.$ref) return resolve(api, api.components.schemas[schema.$ref.split("/").pop()], depth + 1);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => resolve(api, part, depth + 1)));
  if (schema.oneOf || schema.anyOf) return resolve(api, (schema.oneOf || schema.anyOf).find((part) => part.type !== "null"), depth + 1);
  if (schema.example !== undefined) return schema.example;
  if (schema.enum) return schema.enum[0];
  const type = Array.isArray(schema.type) ? schema.type.find((name) => name !== "null") : schema.type;
  if (type === "array") return [resolve(api, schema.items, depth + 1)];
  if (type === "object" || schema.properties)
    return Object.fromEntries(Object.entries(schema.properties || {}).map(([name, part]) => [name, resolve(api, part, depth + 1)]));
  return { string: schema.format || "text", integer: 0, number: 0, boolean: true }[type] ?? null;
};

const body = (api, content) => {
  const [media, value] = Object.entries(content || {})[0] || [];
  if (!media) return null;
  const shown = element("pre", JSON.stringify(resolve(api, value.schema), null, 2));
  shown.title = media;
  return shown;
};

const operation = (api, path, method, described) => {
  const details = element("details");
  details.dataset.text = `${method} ${path} ${described.description || ""} ${described.summary || ""}`.toLowerCase();
  const summary = element("summary");
  const roles = [...new Set((described.security || []).flatMap((one) => Object.keys(one)))];
  summary.append(element("span", method.toUpperCase(), "method"), element("code", path), element("span", roles.join(", ") || "public", "who"));
  details.append(summary, element("p", [described.summary, described.description].filter(Boolean).join(" ")));
  for (const parameter of described.parameters || [])
    details.append(element("p", `${parameter.in} ${parameter.name}${parameter.required ? " (required)" : ""}: ${parameter.description || ""}`));
  const request = body(api, described.requestBody?.content);
  if (request) details.append(element("strong", "Request"), request);
  for (const [status, response] of Object.entries(described.responses || {})) {
    details.append(element("p", `${status} ${response.description || ""}`));
    const example = status < 300 && body(api, response.content);
    if (example) details.append(example);
  }
  return details;
};

fetch("/api/openapi.json")
  .then((response) => response.json())
  .then((api) => {
    document.getElementById("about").textContent = api.info.description;
    const tags = new Map();
    for (const [path, methods] of Object.entries(api.paths))
      for (const [method, described] of Object.entries(methods))
        if (described.responses) {
          const tag = (described.tags || ["other"])[0];
          tags.set(tag, [...(tags.get(tag) || []), operation(api, path, method, described)]);
        }
    for (const [tag, shown] of tags) document.getElementById("operations").append(element("h2", tag), ...shown);
    document.getElementById("filter").addEventListener("input", (event) => {
      const wanted = event.target.value.toLowerCase();
      for (const details of document.querySelectorAll("details")) details.hidden = !details.dataset.text.includes(wanted);
    });
  })
  .catch(() => { document.getElementById("about").textContent = "The document cannot be loaded."; });

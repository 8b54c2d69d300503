// Do our scripts and styles use only what the oldest supported browser knows?
// Scripts: every property that TypeScript finds in the types of the DOM; styles: properties, selectors, rules and
// units; all against MDN's compatibility data. (Language built-ins are held back by "lib" in tsconfig.json.)
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { generate, parse, walk } from "css-tree";
import ts from "typescript";

const FLOOR = 92;
const known = createRequire(import.meta.url)("@mdn/browser-compat-data");
// Younger than the floor, and harmless where it is missing; why.
const ALLOWED = new Map([
  ["css scrollbar-width", "only narrows the bar"],
  ["css scrollbar-color", "only colours the bar"],
  ["css accent-color", "only colours the slider"],
]);

const offences = [...styles("static/css"), ...scripts("tsconfig.json")];
for (const offence of new Set(offences)) console.error(offence);
process.exit(offences.length ? 1 : 0);

/** @returns the first Chromium that knows it; 0: always, or nothing is known about it */
function since(entry) {
  const { chrome } = entry?.__compat?.support ?? {};
  const plain = [chrome ?? []].flat().filter((each) => !each.flags && !each.prefix && !each.alternative_name);
  const versions = plain.map((each) => Number.parseInt(each.version_added, 10)).filter(Number.isFinite);
  if (entry?.__compat && chrome && !versions.length) return 999;
  return versions.length ? Math.min(...versions) : 0;
}

function tooYoung(name, entry, place) {
  const version = since(entry);
  if (version <= FLOOR || ALLOWED.has(name.split(":")[0])) return [];
  return [`${place}: ${name} is known to Chromium from ${version === 999 ? "no version" : version} on, the floor is ${FLOOR}`];
}

function styles(folder) {
  return readdirSync(folder).flatMap((file) => stylesOf(`${folder}/${file}`));
}

function stylesOf(file) {
  const found = [];
  const tree = parse(readFileSync(file, "utf8"), { positions: true });
  const { properties, selectors, types } = known.css;
  const atRules = known.css["at-rules"];
  walk(tree, function (node) {
    const place = `${file}:${node.loc?.start.line}`;
    const look = (name, entry) => found.push(...tooYoung(`css ${name}`, entry, place));
    if (node.type === "Declaration") look(node.property, properties[node.property]);
    if (node.type === "Declaration" && !node.property.startsWith("--")) {
      look(`${node.property}: ${generate(node.value)}`, properties[node.property]?.[generate(node.value)]);
    }
    if (node.type === "PseudoClassSelector" || node.type === "PseudoElementSelector") look(`:${node.name}`, selectors[node.name]);
    if (node.type === "Atrule") look(`@${node.name}`, atRules[node.name]);
    if (node.type === "Rule" && this.rule) look("nesting", selectors.nesting);
    if (node.type === "Dimension" && /^[dsl]v[hwib]$/.test(node.unit)) look(node.unit, types.length.viewport_percentage_units_dynamic);
    if (node.type === "Function") look(`${node.name}()`, types.color?.[node.name] ?? types[node.name]);
  });
  return found;
}

function scripts(config) {
  const { options, fileNames } = ts.parseJsonConfigFileContent(ts.readConfigFile(config, ts.sys.readFile).config, ts.sys, ".");
  const program = ts.createProgram(fileNames, options);
  const checker = program.getTypeChecker();
  const ours = program.getSourceFiles().filter(({ fileName }) => fileName.includes("/static/js/") || fileName.startsWith("static/js/"));
  return ours.flatMap((source) => scriptOf(source, checker));
}

function scriptOf(source, checker) {
  const found = [];
  const visit = (node) => {
    if (ts.isIdentifier(node)) for (const [name, entry] of apisOf(node, checker)) found.push(...tooYoung(name, entry, placeOf(source, node)));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

// Which entries of the DOM does a name in the source stand for? A method may belong to a mixin.
function apisOf(node, checker) {
  const declared = checker.getSymbolAtLocation(node)?.declarations ?? [];
  return declared.filter(isOfDom).flatMap((declaration) => {
    const { text } = node;
    const { parent } = declaration;
    const owners = [receiverOf(node, checker), parent.name?.text, parent.parent?.name?.text];
    if (ts.isSourceFile(parent) || ts.isVariableDeclarationList(parent)) return known.api[text] ? [[text, known.api[text]]] : [];
    const owner = owners.find((each) => known.api[each]?.[text] ?? known.api[each]?.[`${text}_static`]);
    const entry = known.api[owner]?.[text] ?? known.api[owner]?.[`${text}_static`];
    return entry ? [[`${owner}.${text}`, entry]] : [];
  });
}

function receiverOf({ parent }, checker) {
  return ts.isPropertyAccessExpression(parent) ? checker.getTypeAtLocation(parent.expression).symbol?.name : undefined;
}

function isOfDom(declaration) {
  return /lib\.dom(\.\w+)?\.d\.ts$/.test(declaration.getSourceFile().fileName);
}

function placeOf(source, node) {
  const { line } = source.getLineAndCharacterOfPosition(node.getStart());
  return `${source.fileName.replace(/^.*static\//, "static/")}:${line + 1}`;
}

import { basename, dirname, join } from "node:path/posix";
import ts from "typescript";

/** One file of the house, by its path from the root. */
export interface Source {
  path: string;
  text: string;
}

/** Finds what breaks one habit: `path:line what`. */
export type Rule = (sources: readonly Source[]) => string[];

type Found = (node: ts.Node, what: string) => void;

/** A rule over every node of every file that `applies` names. */
function overNodes(
  applies: (path: string) => boolean,
  visit: (node: ts.Node, found: Found, path: string) => void,
): Rule {
  return (sources) =>
    sources
      .filter(({ path }) => applies(path))
      .flatMap((source) => {
        const problems: string[] = [];
        const file = parse(source);
        const found: Found = (node, what) => problems.push(`${source.path}:${lineOf(file, node)} ${what}`);
        const walk = (node: ts.Node): void => {
          visit(node, found, source.path);
          ts.forEachChild(node, walk);
        };
        walk(file);
        return problems;
      });
}

function parse({ path, text }: Source): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

function lineOf(file: ts.SourceFile, node: ts.Node): number {
  return file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
}

const inSrc = (path: string) => path.startsWith("src/");
const isRoutes = (path: string) => basename(path) === "routes.ts";
const except =
  (...paths: string[]) =>
  (path: string) =>
    inSrc(path) && !paths.includes(path);

/** Pages about the document are served by the platform; they are no door. */
const DOCS = "src/platform/http/docs.ts";
/** Pages link to each other, so their paths have names of their own. */
const PAGES = ["src/halaman/alamat.ts", "src/dasbor/alamat.ts"];
/** A page and a reseller's endpoint, which the documents put on one path: another method each. */
const TWO_DOORS = ["/register"];
/** The one path that two places need: where the queue is told to call, and where it calls. */
const QUEUE_PATH = "QUEUE_PATH";

/** Habit 1: a path literal stands once, in a `routes.ts` (or names a page). A biller's own paths are its file's matter. */
export const onePathOnePlace: Rule = (sources) => {
  const places = new Map<string, string[]>();
  const strays = overNodes(except(), (node, found, path) => {
    if (!ts.isStringLiteralLike(node) || !/^\/[\w.-]+(\/[\w.{}:-]+)*$/.test(node.text)) return;
    if (path.startsWith("src/ppob/biller/") || (path === DOCS && node.text === "/aset")) return;
    const where = `${path}:${lineOf(node.getSourceFile(), node)}`;
    places.set(node.text, [...(places.get(node.text) ?? []), where]);
    const named = ts.isVariableDeclaration(node.parent) && node.parent.name.getText() === QUEUE_PATH;
    if (!isRoutes(path) && path !== DOCS && !PAGES.includes(path) && !named)
      found(node, `path ${node.text} outside of a routes.ts`);
  })(sources);
  const twice = [...places].filter(([text, where]) => where.length > (TWO_DOORS.includes(text) ? 2 : 1));
  return [...strays, ...twice.map(([text, where]) => `${where.join(" and ")} both hold path ${text}`)];
};

/** Habit 2: handlers only validate, call and answer. The health probe's answer is its `catch`. */
export const thinHandlers = overNodes(
  (path) => isRoutes(path) && path !== "src/platform/health/routes.ts",
  (node, found) => {
    if (ts.isTryStatement(node)) found(node, "try in a routes.ts");
    if (ts.isNewExpression(node) && node.expression.getText() === "Response")
      found(node, "hand-built answer in a routes.ts");
  },
);

/** Habit 3: no barrels, and no names that say nothing. */
export const namesThatSaySomething: Rule = (sources) =>
  sources
    .map(({ path }) => path)
    .filter((path) => /(^|\/)(index|utils?|helpers?|common|misc|shared|lib)(\.\w+)*(\/|$)/.test(path))
    .map((path) => `${path}:1 a name that says nothing`);

/** Where SQL stands besides `repo.ts`, `table.ts` and the ledger: the health probe, and where an actor's statement is run. */
const SQL_ELSEWHERE = [
  "src/ppob/saldo/saldo.ts",
  "src/platform/health/routes.ts",
  "src/platform/db/database.ts",
  "src/platform/db/blind-index-column.ts",
];
const STATEMENT = /\b(select|insert|update|delete|merge|truncate|alter|create|drop|call|with)\b/i;
/** What an actor enters with; each access declares its own. */
const ENTRANCE = /^`select app\.masuk_\w+\(\$\{.+\}\)`$/s;

/** Habit 4: a use case reads as a story, without SQL. */
export const sqlInItsPlace = overNodes(
  (path) => inSrc(path) && !["repo.ts", "table.ts"].includes(basename(path)) && !SQL_ELSEWHERE.includes(path),
  (node, found) => {
    if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === "sql") {
      const template = node.template.getText();
      if (STATEMENT.test(template) && !ENTRANCE.test(template))
        found(node, "SQL statement outside of a repo.ts");
    }
    if (!ts.isPropertyAccessExpression(node) || !/(^|\.)(db|tx)$/.test(node.expression.getText())) return;
    if (/^(select\w*|insert|update|delete|execute|query|batch|with|transaction)$/.test(node.name.text))
      found(node, `db.${node.name.text} outside of a repo.ts`);
  },
);

/** Habit 12: time, randomness and the log are asked for. */
export const askedFor = overNodes(
  except("src/platform/clock.ts", "src/platform/id.ts", "src/platform/log.ts"),
  (node, found) => {
    const text = ts.isNewExpression(node) ? `new ${node.expression.getText()}` : node.getText();
    if (ts.isNewExpression(node) && text === "new Date" && !node.arguments?.length) found(node, "new Date()");
    if (
      ts.isPropertyAccessExpression(node) &&
      /^(Date\.now|Math\.random|performance\.now|crypto\.randomUUID)$/.test(text)
    )
      found(node, text);
    if (ts.isIdentifier(node) && /^(console|randomUUID|randomBytes|randomInt)$/.test(node.text))
      found(node, node.text);
  },
);

/** Habit 12: the environment is read once. `deps.ts` takes bindings of the platform out of it, which are not texts. */
export const envReadOnce = overNodes(except("src/config.ts", "src/deps.ts"), (node, found) => {
  if (ts.isPropertyAccessExpression(node) && /^(process|import\.meta)\.env$/.test(node.getText()))
    found(node, node.getText());
  if (
    (ts.isElementAccessExpression(node) || ts.isPropertyAccessExpression(node)) &&
    /(^|\.)env$/.test(node.expression.getText())
  )
    found(node, node.getText());
  if (ts.isStringLiteral(node) && ["node:process", "cloudflare:workers"].includes(node.text))
    found(node, node.text);
});

export const MAX_FILE_LINES = 300;
export const MAX_FUNCTION_LINES = 70;
const MAX_MAP_LINES = 80;

/** Habit 11: small files; the map of the house fits on a screen. */
export const smallFiles: Rule = (sources) =>
  sources.flatMap(({ path, text }) => {
    const lines = text.replace(/\n$/, "").split("\n").length;
    const most = path === "src/app.ts" ? MAX_MAP_LINES - 1 : MAX_FILE_LINES;
    return lines > most ? [`${path}:${lines} more than ${most} lines`] : [];
  });

/** Habit 11: small functions. Functions inside of one are counted by themselves, not with it. */
export const smallFunctions = overNodes(
  () => true,
  (node, found) => {
    if (!isFunction(node) || !node.body) return;
    let own = linesOf(node);
    const subtract = (inner: ts.Node): void => {
      if (isFunction(inner) && linesOf(inner) > 1) own -= linesOf(inner) - 1;
      else ts.forEachChild(inner, subtract);
    };
    ts.forEachChild(node.body, subtract);
    if (own > MAX_FUNCTION_LINES) found(node, `a function of ${own} lines`);
  },
);

function isFunction(node: ts.Node): node is ts.FunctionLikeDeclaration {
  return ts.isFunctionLike(node) && "body" in node;
}

function linesOf(node: ts.Node): number {
  const file = node.getSourceFile();
  return file.getLineAndCharacterOfPosition(node.end).line + 1 - lineOf(file, node) + 1;
}

/** Habit 11: whoever calls a function of another file reads what it promises. A door's `…Routes` is said by its routes. */
export const documentedFunctions = overNodes(inSrc, (node, found, path) => {
  const declared =
    ts.isFunctionDeclaration(node) ||
    (ts.isVariableStatement(node) &&
      node.declarationList.declarations.some(({ initializer }) => initializer && isFunction(initializer)));
  if (!declared || !node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return;
  if (isRoutes(path) && ts.isFunctionDeclaration(node) && node.name?.text.endsWith("Routes")) return;
  if (ts.getJSDocCommentsAndTags(node).length === 0) found(node, "an exported function without a docstring");
});

interface Import {
  from: string;
  to: string;
  line: number;
  typeOnly: boolean;
}

/** What the files import of each other, by path; packages are left out. */
export function importsOf(sources: readonly Source[]): Import[] {
  return sources.flatMap((source) => {
    const file = parse(source);
    const imports: Import[] = [];
    const add = (node: ts.Node, specifier: ts.Expression | undefined, typeOnly: boolean) => {
      if (!specifier || !ts.isStringLiteralLike(specifier) || !specifier.text.startsWith(".")) return;
      const to = join(dirname(source.path), specifier.text);
      imports.push({ from: source.path, to, line: lineOf(file, node), typeOnly });
    };
    const walk = (node: ts.Node): void => {
      if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier, isTypeOnly(node.importClause));
      if (ts.isExportDeclaration(node)) add(node, node.moduleSpecifier, node.isTypeOnly);
      if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
        add(node, node.arguments[0], false);
      ts.forEachChild(node, walk);
    };
    walk(file);
    return imports;
  });
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  const { namedBindings } = clause;
  return (
    clause.phaseModifier === ts.SyntaxKind.TypeKeyword ||
    (!clause.name &&
      namedBindings !== undefined &&
      ts.isNamedImports(namedBindings) &&
      namedBindings.elements.length > 0 &&
      namedBindings.elements.every((element) => element.isTypeOnly))
  );
}

/** What is served does not know what serves it; the platform knows no domain; a folder is entered by its public face. */
export const allowedImports: Rule = (sources) =>
  importsOf(sources).flatMap(({ from, to, line }) => {
    const forbid = (why: string) => [`${from}:${line} imports ${to}: ${why}`];
    if (!inSrc(from)) return [];
    if (!inSrc(to)) return forbid("src stands alone");
    const isRoot = dirname(from) === "src";
    if (from.startsWith("src/platform/") && !to.startsWith("src/platform/"))
      return forbid("the platform knows no door");
    if (isRoot || to.startsWith("src/platform/") || dirname(from) === dirname(to)) return [];
    if (dirname(to) === "src") return forbid("only the roots put the house together");
    // Where pages live is for every page to know.
    if (PAGES.includes(to)) return [];
    // A group of doors that is mounted as one.
    if (
      basename(from) === "routes.ts" &&
      basename(to) === "routes.ts" &&
      dirname(dirname(to)) === dirname(from)
    )
      return [];
    const faces = [`${basename(dirname(to))}.ts`, "table.ts"];
    return faces.includes(basename(to)) ? [] : forbid(`its folder is entered by ${faces.join(" or ")}`);
  });

/** No file needs itself. Types are gone when the program runs, so they may point both ways. */
export const noCircles: Rule = (sources) => {
  const next = new Map<string, string[]>();
  for (const { from, to, typeOnly } of importsOf(sources))
    if (!typeOnly) next.set(from, [...(next.get(from) ?? []), to]);
  const circles = new Set<string>();
  const done = new Set<string>();
  const walk = (path: string, way: string[]): void => {
    const at = way.indexOf(path);
    if (at >= 0) circles.add([...way.slice(at), path].join(" → "));
    if (at >= 0 || done.has(path)) return;
    for (const to of next.get(path) ?? []) walk(to, [...way, path]);
    done.add(path);
  };
  for (const path of next.keys()) walk(path, []);
  return [...circles];
};

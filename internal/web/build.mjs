// Builds the dashboard into dist/: types from docs/openapi.json, one script, one style sheet, and the page. `node build.mjs test`
// builds the unit tests instead, for node's own runner.
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import openapi, { astToString } from "openapi-typescript";

const here = dirname(fileURLToPath(import.meta.url));
process.chdir(here);

async function schema() {
  const ast = await openapi(new URL("../../docs/openapi.json", import.meta.url));
  const text = "// Generated from docs/openapi.json. Do not edit.\n" + astToString(ast);
  let have = "";
  try {
    have = readFileSync("src/schema.gen.ts", "utf8");
  } catch {
    // The first build.
  }
  if (have !== text) {
    writeFileSync("src/schema.gen.ts", text);
  }
}

if (process.argv[2] === "schema") {
  await schema();
} else if (process.argv[2] === "test") {
  rmSync(".test", { recursive: true, force: true });
  await build({
    entryPoints: readdirSync("test").filter((f) => f.endsWith(".test.ts")).map((f) => join("test", f)),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    outdir: ".test",
    outExtension: { ".js": ".mjs" },
    logLevel: "warning",
  });
} else {
  mkdirSync("dist", { recursive: true });
  await build({
    entryPoints: { app: "src/main.tsx" },
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "eof",
    define: { "process.env.NODE_ENV": '"production"' },
    outdir: "dist",
    logLevel: "warning",
  });
  await build({ entryPoints: { app: "src/style.css" }, minify: true, outdir: "dist", logLevel: "warning" });
  cpSync("src/index.html", "dist/index.html");
}

// Writes each file of a built page again beside it, compressed by Brotli and by gzip: index.js.br, index.js.gz. The server
// sends these to clients that accept them, and compresses nothing itself. A copy that is no smaller is left out.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { argv } from "node:process";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const COMPRESSIBLE = /\.(css|html|js|md|svg|ttf)$/;

async function compress(file) {
  const content = await readFile(file);
  const brotli = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } };
  const copies = {
    br: await promisify(brotliCompress)(content, brotli),
    gz: await promisify(gzip)(content, { level: constants.Z_BEST_COMPRESSION }),
  };
  for (const [ending, copy] of Object.entries(copies)) {
    if (copy.length < content.length) await writeFile(`${file}.${ending}`, copy);
  }
}

const names = await readdir(argv[2], { recursive: true });
await Promise.all(names.filter((name) => COMPRESSIBLE.test(name)).map((name) => compress(join(argv[2], name))));

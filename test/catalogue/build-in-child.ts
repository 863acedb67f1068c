// Run as a child by tests: builds the catalogue "test" so many times, and says so after each.
import { generateSongs } from "../../bench/catalogue/generate.js";
import { buildTest } from "./temporary.js";

const [dataDir = "", times = "1"] = process.argv.slice(2);
for (let time = 0; time < Number(times); time++) {
  const { version } = await buildTest(dataDir, generateSongs(100, time));
  console.log(version);
}

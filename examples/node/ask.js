// node ask.js "Bohemian Rhapsody"        (EARSHOT_URL, default mqtt://127.0.0.1:1883)
import { connect, EarshotError } from "earshot/client";

const title = process.argv[2] ?? "Bohemian Rhapsody";
const earshot = await connect(process.env.EARSHOT_URL ?? "mqtt://127.0.0.1:1883");
try {
  const { match, results } = await earshot.recommend(title, { limit: 5 });
  console.log(`Like ${match.title} by ${match.artist}:`);
  for (const song of results) console.log(`${song.rank}. ${song.title} by ${song.artist}`);
} catch (error) {
  if (!(error instanceof EarshotError)) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
} finally {
  await earshot.close();
}

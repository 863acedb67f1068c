// A program of its own that opens connections and says nothing: node silent-clients.js PORT COUNT.
// Each message from its parent is answered when so many more are open.
import { connect } from "node:net";

const [port, count] = process.argv.slice(2).map(Number);

process.on("message", () => {
  let opening = count ?? 0;
  for (let index = 0; index < (count ?? 0); index += 1)
    openOne(() => {
      opening -= 1;
      if (opening === 0) process.send?.("open");
    });
});
process.on("disconnect", () => {
  process.exit();
});

/** Stays as long as the broker lets it. */
function openOne(done: () => void): void {
  connect({ port: port ?? 0, host: "127.0.0.1" }, done)
    .on("error", () => {})
    .resume();
}

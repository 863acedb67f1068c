// One packet that the specification forbids at a time: against bare Aedes, where that survives it,
// and against the guarded one of both versions.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { aedesVersions, startBareBroker, startGuardedBroker } from "../../support/brokers.js";
import { connect, pingreq, type Version } from "../../support/mqtt-bytes.js";
import { connectRaw, type RawClient } from "../../support/raw-client.js";
import { hostileCases, hostileConnects } from "./hostile-cases.js";

const ownTest = { after };
const bare = await startBareBroker(ownTest);
const guarded = await Promise.all(
  Object.entries(aedesVersions).map(async ([version, createAedes]) => ({
    hasMqtt5: version.startsWith("2"),
    port: (await startGuardedBroker(ownTest, { createAedes, limits: { connectBurst: 10_000 } }))
      .port,
  })),
);
const connack = 2;
const pingresp = 13;
const disconnect = 14;
const versionNames: Readonly<Record<Version, string>> = { 3: "3.1", 4: "3.1.1", 5: "5" };

/** Two pings, because Aedes closes some connections only after it has answered the first. */
async function isStillOpen(client: RawClient, what: string): Promise<boolean> {
  // It waits for the rest of this one and would take any ping for a part of it.
  if (what === "a packet of 256 MiB") return true;
  client.send(pingreq);
  await client.next(pingresp);
  client.send(pingreq);
  return (await client.next(pingresp)) !== undefined;
}

for (const { what, clause, versions, bare: outcome, packet, code } of hostileCases) {
  const names = versions.map((version) => versionNames[version]).join(", ");
  test(`${what} (MQTT ${names}) [${clause}]: bare Aedes ${outcome}, the guard closes the connection`, async (t) => {
    for (const version of versions) {
      for (const { hasMqtt5, port } of guarded) {
        if (version === 5 && !hasMqtt5) continue;
        const client = await connectRaw(t, port);
        client.send(connect({ version, clientId: "hostile" }));
        assert.ok((await client.next(connack)) !== undefined);
        client.send(packet(version));
        await client.closed();
        const bye = client.packets.find(([header = 0]) => header >> 4 === disconnect);
        assert.deepEqual(bye?.at(2), version === 5 ? code : undefined, `MQTT ${version}`);
      }
      if (outcome === "dies") continue;
      const naked = await connectRaw(t, bare);
      naked.send(connect({ version, clientId: "naked" }));
      await naked.next(connack);
      naked.send(packet(version));
      assert.equal(
        (await isStillOpen(naked, what)) ? "takes it" : "closes the connection",
        outcome,
        `bare, MQTT ${version}`,
      );
      naked.socket.destroy();
    }
  });
}

for (const { what, clause, bare: outcome, packet, connack: refusal } of hostileConnects) {
  const answer = refusal === undefined ? "" : ` after CONNACK 0x${(refusal[3] ?? 0).toString(16)}`;
  test(`${what} [${clause}]: bare Aedes ${outcome}, the guard closes the connection${answer}`, async (t) => {
    for (const { port } of guarded) {
      const client = await connectRaw(t, port);
      client.send(packet);
      await client.closed();
      assert.deepEqual(client.packets, refusal === undefined ? [] : [Buffer.from(refusal)]);
    }
    if (outcome === "dies") return;
    const naked = await connectRaw(t, bare);
    naked.send(packet);
    const reply = await naked.next(connack);
    const isOpen = reply?.[3] === 0;
    assert.equal(isOpen ? "takes it" : "closes the connection", outcome);
    naked.socket.destroy();
  });
}

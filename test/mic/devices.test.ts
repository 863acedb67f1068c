import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeviceName } from "../../src/mic/device-name.js";
import { findDevice, listCaptureDevices, parseCaptureDevices } from "../../src/mic/devices.js";
import { createFakeArecord } from "./fake-arecord.js";

const listing = `**** List of CAPTURE Hardware Devices ****
card 1: Device [USB PnP Sound Device], device 0: USB Audio [USB Audio]
  Subdevices: 1/1
  Subdevice #0: subdevice #0
card 2: C920 [HD Pro Webcam C920 [2]], device 3: USB Audio [USB Audio #1]
  Subdevices: 0/1
`;

test("names that a person would configure are accepted", () => {
  for (const name of [
    "default",
    "pulse",
    "pipewire",
    "my_dsnoop.2",
    "hw:1",
    "hw:1,0",
    "plughw:1,0",
    "plughw:Device,0",
    "hw:CARD=Device,DEV=0",
    "plughw:CARD=C920,DEV=3,SUBDEV=1",
    "sysdefault:CARD=Device",
    "dsnoop:CARD=Device,DEV=0",
  ]) {
    assert.equal(isDeviceName(name), true, name);
  }
});

test("everything that ALSA could take for more than a name is refused", () => {
  for (const name of [
    "",
    "file",
    "FILE:'|id',raw",
    "file:'|touch /tmp/x',raw",
    "file:/tmp/out.wav,wav",
    "tee",
    "tee:hw,'|id',raw",
    "plug:'file:x'",
    "plug:SLAVE='file:x'",
    "plughw:1,0|id",
    "plughw:1,0,0,0",
    "plughw:CARD=a b",
    "hw:$(id)",
    "hw:1\n",
    "hw:CARD='x'",
    "default -t raw",
    "-D",
    "{ type file }",
    "a".repeat(80),
  ]) {
    assert.equal(isDeviceName(name), false, name);
  }
});

test("each line of arecord -l becomes a device with the name to configure", () => {
  assert.deepEqual(parseCaptureDevices(listing), [
    {
      card: 1,
      cardName: "Device",
      device: 0,
      description: "USB PnP Sound Device, USB Audio",
      name: "plughw:CARD=Device,DEV=0",
    },
    {
      card: 2,
      cardName: "C920",
      device: 3,
      description: "HD Pro Webcam C920 [2], USB Audio #1",
      name: "plughw:CARD=C920,DEV=3",
    },
  ]);
  assert.ok(parseCaptureDevices(listing).every(({ name }) => isDeviceName(name)));
  assert.deepEqual(parseCaptureDevices("arecord: no soundcards found..."), []);
});

test("a device is found by its card's name or number", () => {
  const devices = parseCaptureDevices(listing);
  for (const name of ["hw:1,0", "hw:1", "plughw:Device", "plughw:CARD=Device,DEV=0"]) {
    assert.equal(findDevice(devices, name)?.card, 1, name);
  }
  assert.equal(findDevice(devices, "hw:CARD=C920,DEV=3")?.card, 2);
  assert.equal(findDevice(devices, "hw:2,0"), undefined);
  assert.equal(findDevice(devices, "default"), undefined);
});

test("a list that cannot be had says why", async (t) => {
  const fake = await createFakeArecord(t);
  const path = process.env["PATH"];
  process.env["PATH"] = fake.folder;
  assert.deepEqual(await listCaptureDevices(), {
    devices: [],
    problem: "arecord is not installed",
  });
  process.env["PATH"] = path;
  await fake.become("");
  assert.equal((await listCaptureDevices()).devices[0]?.name, "plughw:CARD=Device,DEV=0");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { isLoopbackAddress, networkOf } from "../../src/broker/peer-address.js";

test("the addresses of one IPv6 network count as one, wherever their zeros are left out", () => {
  const network = "2001:db8:0:0";
  for (const address of ["2001:db8::1", "2001:DB8::a:b:c:d", "2001:db8:0:0:1::", "2001:db8::"])
    assert.equal(networkOf(address), network, address);
  assert.equal(networkOf("2001:db8:0:1::1"), "2001:db8:0:1");
  assert.equal(networkOf("::1:2:3:4:5:6:7"), "0:1:2:3");
  assert.equal(networkOf("::1:2:3:4:192.0.2.1"), "0:0:1:2");
  assert.equal(networkOf("fe80::1%eth0"), "fe80:0:0:0");
});

test("an IPv4 address is one in both its forms, and its own network", () => {
  assert.equal(networkOf("192.0.2.1"), "192.0.2.1");
  assert.equal(networkOf("::ffff:192.0.2.1"), "192.0.2.1");
  assert.equal(networkOf(""), "");
});

test("this machine is known by IPv4, IPv6 and one within the other", () => {
  for (const address of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "::FFFF:127.0.0.1"])
    assert.ok(isLoopbackAddress(address), address);
  for (const address of ["192.0.2.127", "::2", "", "127.evil.example"])
    assert.ok(!isLoopbackAddress(address), address);
});

import { join } from "node:path";
import { run } from "../../support/mosquitto.js";

/** An authority of the test's own, made with openssl. */
export interface TestAuthority {
  /** The path of its certificate. */
  readonly ca: string;
  /** Signs a certificate; gives the paths of it and of its key. */
  issue(name: string, extension?: string): Promise<{ readonly cert: string; readonly key: string }>;
}

/** What makes a certificate one of a server on this machine. */
export const serverExtension = "subjectAltName=DNS:localhost,IP:127.0.0.1";
const clientExtension = "extendedKeyUsage=clientAuth";

/** Makes an authority in a folder, with the names of its files beginning with its own. */
export async function makeAuthority(folder: string, name = "ca"): Promise<TestAuthority> {
  const shell = async (script: string): Promise<void> => {
    await run("sh", ["-ec", script], { cwd: folder });
  };
  const newKey = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
  await shell(
    `openssl req -x509 ${newKey} -days 3650 -subj /CN=${name} -keyout ${name}.key -out ${name}.crt`,
  );
  return {
    ca: join(folder, `${name}.crt`),
    async issue(subject, extension = clientExtension) {
      const base = `${name}-${subject}`;
      await shell(`
        openssl req ${newKey} -subj /CN=${subject} -keyout ${base}.key -out ${base}.csr
        echo ${extension} > ${base}.ext
        openssl x509 -req -in ${base}.csr -CA ${name}.crt -CAkey ${name}.key -set_serial 0x$(openssl rand -hex 8) \
          -days 825 -extfile ${base}.ext -out ${base}.crt`);
      return { cert: join(folder, `${base}.crt`), key: join(folder, `${base}.key`) };
    },
  };
}

// Sends the mail on standard input with nodemailer, once, and prints the dialogue. The first argument is the folder where
// npm has installed package.json.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [home, host, localAddress, name, from, to] = process.argv.slice(2);
const nodemailer = createRequire(resolve(home, "package.json"))("nodemailer");
const transport = nodemailer.createTransport({
  host,
  port: 25,
  localAddress,
  name,
  // The namespace has no other interface than lo, and nodemailer would not ask for addresses.
  allowInternalNetworkInterfaces: true,
  // As between mail servers, TLS is for whoever offers it, and nobody looks at the certificate.
  tls: { rejectUnauthorized: false },
  logger: true,
  debug: true,
});

try {
  const { response } = await transport.sendMail({ envelope: { from, to }, raw: readFileSync(0) });
  console.log(response);
} catch (error) {
  console.error(error);
  // nodemailer goes on waiting for a greeting from a server that has closed.
  process.exit(1);
}

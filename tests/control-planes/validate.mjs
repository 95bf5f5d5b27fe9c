// Holds resources against their definitions: reads a list of them as JSON from standard input, and writes for each what
// is wrong with it, or null. The argument is the folder where npm has installed package.json.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const models = resolve(process.argv[2], "node_modules/@kubernetes-models");

// Which package has the definitions of an API group.
const packageOf = (group) => (group === "gateway.networking.k8s.io" ? "gateway-api" : "istio");

const wrong = async (resource) => {
  const { apiVersion, kind } = resource;
  try {
    const file = resolve(models, packageOf(apiVersion.split("/")[0]), apiVersion, `${kind}.js`);
    const model = (await import(pathToFileURL(file)))[kind];
    new model(resource).validate();
    return null;
  } catch (error) {
    return error.message;
  }
};

const resources = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(await Promise.all(resources.map(wrong))));

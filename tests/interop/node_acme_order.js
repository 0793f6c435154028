// A whole TNAuthList order by npm's acme-client as it is: the identifier and the payload of the challenge are data to it.
// usage: node node_acme_order.js DIRECTORY-URL ACCOUNT-KEY CSR TNAUTHLIST TOKEN; prints a JSON object.
const fs = require('fs');
const acme = require('acme-client');

async function main(directoryUrl, keyFile, csrFile, value, token) {
    const accountKey = fs.readFileSync(keyFile);
    const client = new acme.Client({ directoryUrl, accountKey, backoffMin: 200, backoffMax: 2000 });
    await client.createAccount({ termsOfServiceAgreed: true, contact: ['mailto:noc@example.net'] });
    const order = await client.createOrder({ identifiers: [{ type: 'TNAuthList', value }] });
    const [authorization] = await client.getAuthorizations(order);
    const [challenge] = authorization.challenges;
    await client.api.apiRequest(challenge.url, { tkauth: token }, [200]); // RFC 9447 s3.2
    await client.waitForValidStatus(challenge);
    const finalized = await client.finalizeOrder(order, fs.readFileSync(csrFile));
    const valid = await client.waitForValidStatus(finalized);
    const chain = await client.getCertificate(valid);
    await client.revokeCertificate(chain, { reason: 4 });
    let refused = '';
    try {
        await client.createOrder({ identifiers: [{ type: 'dns', value: 'example.net' }] });
    } catch (error) {
        refused = error.message;
    }
    await client.updateAccountKey(await acme.crypto.createPrivateEcdsaKey('P-256'));
    const account = await client.updateAccount({ status: 'deactivated' });
    return { challenge: challenge.type, status: valid.status, x5u: valid.x5u, chain, refused, account: account.status };
}

main(...process.argv.slice(2)).then(
    (result) => console.log(JSON.stringify(result)),
    (error) => {
        console.error(error.message);
        process.exitCode = 1;
    },
);

"""Debian's python3-acme as it is, taught the challenge and the identifier of RFC 9448 from outside, as it lets itself be."""

import datetime

import josepy
from acme import challenges, client, messages
from acme_network import SPC, b64url, fingerprint, make_csr, tn_auth_list
from cryptography.hazmat.primitives import serialization


@challenges.ChallengeResponse.register
class TkauthResponse(challenges.ChallengeResponse):
    """What RFC 9447 s3.2 says is sent; python3-acme lets challenge types be added."""
    typ = "tkauth-01"
    tkauth: str = josepy.field("tkauth")


class PythonAcme:
    """A part of an AcmeTest."""

    def make_client(self, account_key):
        net = client.ClientNetwork(josepy.JWKEC(key=account_key), alg=josepy.ES256, verify_ssl=self.network.path("tls/ca.pem"))
        return client.ClientV2(client.ClientV2.get_directory(self.network.acme_url + "directory", net), net)

    def registered(self, account_key):
        acme = self.make_client(account_key)
        acme.new_account(messages.NewRegistration.from_data(email="noc@example.net", terms_of_service_agreed=True))
        return acme

    def place_order(self, acme, csr):
        """As ClientV2.new_order does it, with an identifier that is no DNS name."""
        identifier = messages.Identifier(typ=messages.IdentifierType("TNAuthList"), value=b64url(tn_auth_list(SPC)))
        response = acme._post(acme.directory["newOrder"], messages.NewOrder(identifiers=[identifier]))  # pylint: disable=protected-access
        body = messages.Order.from_json(response.json())
        authorizations = [acme._authzr_from_response(acme._post_as_get(url), uri=url)  # pylint: disable=protected-access
                          for url in body.authorizations]
        pem = csr.public_bytes(serialization.Encoding.PEM)
        return messages.OrderResource(body=body, uri=response.headers["Location"], authorizations=authorizations, csr_pem=pem)

    def issue(self, acme, account_key, key, answered="valid"):
        """`answered`: what a challenge says at once."""
        order = self.place_order(acme, make_csr(key))
        challenge = order.authorizations[0].body.challenges[0]
        self.assertEqual(challenge.chall.jobj["tkauth-type"], "atc")
        token = self.network.spc_token(fingerprint(account_key))
        # What is told about an unknown challenge type is its JSON; the URL is all that the client needs.
        body = messages.ChallengeBody(chall=challenge.chall, _url=challenge.chall.jobj["url"])
        resource = acme._post(body.uri, TkauthResponse(tkauth=token))  # pylint: disable=protected-access
        self.assertEqual(resource.json()["status"], answered, resource.text)
        self.assertEqual(resource.links["up"]["url"], order.body.authorizations[0])
        return acme.poll_and_finalize(order, datetime.datetime.now() + datetime.timedelta(seconds=60))

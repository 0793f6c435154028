#include "services/as/call_signer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/metrics/stopwatch.h"
#include "services/as/call_authority.h"
#include "services/as/outgoing_claims.h"
#include "services/as/own_certificate.h"

namespace sti::as {
namespace {

using stir::PassportClaims;
using stir::PassportType;

CallRecord RecordOf(const PreparedCall& prepared, const std::string& provider, const PassportClaims& claims,
                    const AttestationDecision& decision, const SignedCall& done, absl::Time now) {
  CallRecord record;
  record.time = now;
  record.provider = provider;
  record.spc = done.spc;
  record.client = prepared.client.identity;
  record.request_id = prepared.request_id;
  record.ppt = claims.type == PassportType::kBase ? "base" : std::string(stir::PptText(claims.type));
  record.orig = PartyText(claims.orig);
  for (const auto& number : claims.dest_tn) record.dest.push_back(number.digits());
  for (const auto& uri : claims.dest_uri) record.dest.push_back(uri.text);
  if (claims.div.has_value()) record.div = PartyText(*claims.div);
  record.iat = done.iat;
  record.attest = done.attest;
  record.rule = done.attest_rule;
  record.origid = done.origid;
  record.customer = decision.customer;
  record.trunk = decision.trunk;
  record.call_id = prepared.call.call_id;
  record.certificate_serial = done.certificate_serial;
  record.x5u = done.x5u;
  return record;
}

absl::StatusOr<SignedCall> SignOne(const SigningCredential& credential, const PassportClaims& claims,
                                   const AttestationDecision& decision) {
  SignedCall done;
  STI_ASSIGN_OR_RETURN(done.passport, credential.signer.Sign(claims));
  done.x5u = credential.signer.x5u();
  done.spc = credential.spc;
  done.iat = claims.iat;
  done.certificate_expires = credential.not_after;
  done.certificate_serial = credential.serial;
  done.attest_rule = std::string(decision.rule);
  if (claims.type == PassportType::kShaken) {
    done.attest = claims.attest;
    done.origid = claims.origid;
  }
  return done;
}

// Places for records, given back unless they are used.
class RecordPlaces {
 public:
  RecordPlaces(CallRecorder* recorder, size_t count) : recorder_(recorder), count_(count) {}
  ~RecordPlaces() {
    if (recorder_ != nullptr && count_ > 0) recorder_->GiveBack(count_);
  }
  RecordPlaces(const RecordPlaces&) = delete;
  RecordPlaces& operator=(const RecordPlaces&) = delete;

  bool wanted() const { return recorder_ != nullptr; }
  void Use(CallRecord record) {
    recorder_->Record(std::move(record));
    --count_;
  }

 private:
  CallRecorder* const recorder_;
  size_t count_;
};

}  // namespace

CallSigner::CallSigner(CallSignerParts parts, const CallSignerOptions& options)
    : parts_(std::move(parts)), options_(options) {}

absl::StatusOr<int64_t> CallSigner::CheckedIat(std::optional<int64_t> asked, absl::Time now) const {
  if (!asked.has_value()) return absl::ToUnixSeconds(now);
  const absl::Time iat = absl::FromUnixSeconds(*asked);
  // RFC 8224 s6.1: nothing is signed whose time is not fresh.
  if (iat < now - options_.freshness) {
    return MakeError(
        Reason::kIatStale, "iat",
        absl::StrCat("more than ", absl::FormatDuration(options_.freshness), " before the clock"));
  }
  if (iat > now + options_.freshness) {
    return MakeError(
        Reason::kIatInFuture, "iat",
        absl::StrCat("more than ", absl::FormatDuration(options_.freshness), " after the clock"));
  }
  return *asked;
}

absl::StatusOr<PreparedCall> CallSigner::Prepare(SigningClient client, std::string request_id,
                                                 OutgoingCall call,
                                                 absl::Span<const PassportType> types) const {
  metrics::Stopwatch watch(parts_.meters != nullptr);
  PreparedCall prepared;
  const stir::NumberingPlan& plan = parts_.providers.all()[client.provider].plan;
  STI_ASSIGN_OR_RETURN(prepared.claims, MakeOutgoingClaims(call, types, plan));
  std::optional<int64_t> asked = call.iat;
  for (const PassportClaims& claims : prepared.claims) {
    if (!stir::IsDiversion(claims.type)) continue;
    // What fits a div-o fits a div beside it, but not the other way.
    if (prepared.incoming && claims.type != PassportType::kDivO) continue;
    // Who verifies incoming calls itself may keep what it has seen; what it shows must fit.
    if (client.diverts && call.incoming_identity.empty()) continue;
    STI_ASSIGN_OR_RETURN(prepared.incoming, FindIncoming(call.incoming_identity, claims, call.iat));
    prepared.incoming->call_id = call.call_id;
    prepared.incoming->request_id = request_id;
    asked = prepared.incoming->iat;
  }
  STI_ASSIGN_OR_RETURN(const int64_t iat, CheckedIat(asked, parts_.clock.TimeNow()));
  for (PassportClaims& claims : prepared.claims) claims.iat = iat;
  if (parts_.clock_check) {
    STI_RETURN_IF_ERROR(parts_.clock_check());
  }
  prepared.client = std::move(client);
  prepared.request_id = std::move(request_id);
  prepared.call = std::move(call);
  if (parts_.meters != nullptr) watch.Lap(&parts_.meters->prepare);
  return prepared;
}

absl::StatusOr<SigningCredentialPtr> CallSigner::CredentialFor(const PreparedCall& prepared,
                                                               absl::Time now) const {
  const std::shared_ptr<const KeyRing> ring = parts_.rings[prepared.client.provider]->Get();
  if (ring == nullptr) return MakeError(Reason::kNotReady, "no signing certificate yet");
  STI_ASSIGN_OR_RETURN(SigningCredentialPtr credential,
                       ring->Pick(absl::FromUnixSeconds(prepared.claims.front().iat), now));
  for (const PassportClaims& claims : prepared.claims) {
    STI_RETURN_IF_ERROR(CheckOwnCertificate(*credential, claims));
  }
  return credential;
}

absl::StatusOr<std::vector<SignedCall>> CallSigner::Finish(PreparedCall prepared) const {
  metrics::Stopwatch watch(parts_.meters != nullptr);
  const absl::Time now = parts_.clock.TimeNow();
  const SigningProviderOptions& provider = parts_.providers.all()[prepared.client.provider];
  STI_ASSIGN_OR_RETURN(const CallAuthority authority,
                       AuthorityFor(parts_.policy, prepared.client, prepared.call, prepared.claims, now));
  if (!prepared.call.rcd_profile.empty()) {
    STI_RETURN_IF_ERROR(AddProfile(*parts_.provisioned.Get(), prepared.client, prepared.call,
                                   *authority.caller, provider.plan, now, prepared.claims));
  }
  for (PassportClaims& claims : prepared.claims) {
    if (claims.type != PassportType::kShaken) continue;
    claims.attest = authority.caller->attest;
    claims.origid = authority.caller->origid;
  }
  if (parts_.meters != nullptr) watch.Lap(&parts_.meters->policy);
  STI_ASSIGN_OR_RETURN(const SigningCredentialPtr credential, CredentialFor(prepared, now));
  const size_t count = prepared.claims.size();
  if (parts_.recorder != nullptr) {
    STI_RETURN_IF_ERROR(
        parts_.recorder->Reserve(count, authority.For(prepared.claims.front().type).emergency));
  }
  RecordPlaces places(parts_.recorder, count);
  std::vector<SignedCall> signed_calls;
  signed_calls.reserve(count);
  for (const PassportClaims& claims : prepared.claims) {
    STI_ASSIGN_OR_RETURN(SignedCall done, SignOne(*credential, claims, authority.For(claims.type)));
    signed_calls.push_back(std::move(done));
  }
  if (parts_.meters != nullptr) watch.Lap(&parts_.meters->sign);
  for (size_t i = 0; places.wanted() && i < count; ++i) {
    const PassportClaims& claims = prepared.claims[i];
    places.Use(RecordOf(prepared, provider.name, claims, authority.For(claims.type), signed_calls[i], now));
  }
  return signed_calls;
}

bool CallSigner::IsEmergency(const SigningClient& client, const OutgoingCall& call) const {
  const auto claims = MakeOutgoingDestinations(call, parts_.providers.all()[client.provider].plan);
  return claims.ok() && CallsEmergencyOnly(*parts_.provisioned.Get(), client.provider, *claims);
}

}  // namespace sti::as

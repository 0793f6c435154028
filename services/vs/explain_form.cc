#include "services/vs/explain_form.h"

namespace sti::vs {
namespace {

using status::Element;
using status::Html;
using status::Void;

std::string Sent(const status::FormFields& fields, const char* name) {
  const auto found = fields.find(name);
  return found == fields.end() ? "" : found->second;
}

Html Label(const char* id, const char* text, const char* hint) {
  const std::string hint_id = std::string(id) + "-hint";
  return Element("label", {{"for", id}}, Html::Text(text)) +
         Element("p", {{"class", "hint"}, {"id", hint_id}}, Html::Text(hint));
}

Html Line(const status::FormFields& fields, const char* id, const char* text, const char* hint) {
  return Element("div",
                 Label(id, text, hint) + Void("input", {{"type", "text"},
                                                        {"id", id},
                                                        {"name", id},
                                                        {"aria-describedby", std::string(id) + "-hint"},
                                                        {"autocomplete", "off"},
                                                        {"spellcheck", "false"},
                                                        {"value", Sent(fields, id)}}));
}

Html Choice(const status::FormFields& fields, const char* value, const char* text) {
  const std::string sent = Sent(fields, "as_of");
  const bool checked = sent == value || (sent.empty() && std::string(value) == "issued");
  const Html radio =
      checked ? Void("input", {{"type", "radio"}, {"name", "as_of"}, {"value", value}, {"checked", ""}})
              : Void("input", {{"type", "radio"}, {"name", "as_of"}, {"value", value}});
  return Element("label", {{"class", "choice"}}, radio + Element("span", Html::Text(text)));
}

Html Profiles(const std::vector<std::string>& profiles, const std::string& sent) {
  Html options;
  for (const std::string& name : profiles) {
    options += name == sent ? Element("option", {{"value", name}, {"selected", ""}}, Html::Text(name))
                            : Element("option", {{"value", name}}, Html::Text(name));
  }
  return Element(
      "div",
      Label("profile", "Profile", "By whose rules the call is judged.") +
          Element("select", {{"id", "profile"}, {"name", "profile"}, {"aria-describedby", "profile-hint"}},
                  options));
}

}  // namespace

Html ExplainForm(const std::vector<std::string>& profiles, const status::FormFields& fields) {
  // A line break right after the tag would be dropped by browsers, were it part of the text.
  const Html area = Element("textarea",
                            {{"id", "pasted"},
                             {"name", "pasted"},
                             {"aria-describedby", "pasted-hint"},
                             {"autocomplete", "off"},
                             {"spellcheck", "false"}},
                            Html::Literal("\n") + Html::Text(Sent(fields, "pasted")));
  Html form =
      Element("div", Label("pasted", "Identity header, or the whole SIP request",
                           "Several headers one a line. From, To, P-Asserted-Identity, Date and the like are "
                           "taken from a request that is pasted with them.") +
                         area);
  form += Element("fieldset",
                  Element("legend", Html::Text("Numbers of the call, where they are not pasted")) +
                      Line(fields, "from", "Calling number (From)", "12155550121, or a SIP or tel URI.") +
                      Line(fields, "to", "Called number (To)", "As the call had it when it came.") +
                      Line(fields, "pai", "P-Asserted-Identity", "Only if the call had one.") +
                      Line(fields, "ruri", "Request-URI", "Only for calls that were forwarded.") +
                      Line(fields, "date", "SIP Date", "Only if the call had one."));
  form +=
      Element("fieldset",
              Element("legend", Html::Text("Judge as of")) +
                  Choice(fields, "issued", "the time it was signed, as if it had arrived at once") +
                  Choice(fields, "given", "the time of the call, given here") + Choice(fields, "now", "now") +
                  Line(fields, "at", "Time of the call", "2026-11-23T22:05:09Z; without a zone it is UTC."));
  form += Profiles(profiles, Sent(fields, "profile"));
  form += Element("button", {{"type", "submit"}}, Html::Text("Explain"));
  return Element("p", Html::Text("The call is judged by this daemon's own verifier. It counts as no call.")) +
         Element("form", {{"method", "post"}, {"action", "/explain"}}, form);
}

}  // namespace sti::vs

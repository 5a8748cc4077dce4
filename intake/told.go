package intake

import (
	"encoding/json"
	"strings"

	"lianou/core"
	"lianou/intake/interview"
)

// Told makes the form of what was said in an interview, the same whatever door it was led
// at. Key, consents, papers and a signature are the door's to add.
func Told(iv *interview.Interviewer, c *interview.Conversation) (Form, error) {
	said := iv.Fields(c)
	h := iv.Household(c)
	household, err := bare(&h)
	if err != nil {
		return Form{}, err
	}
	return Form{
		Contact:   ContactForm{Name: said["form/contact.name"], Phone: said["form/contact.phone"], Capacity: said["form/contact.capacity"]},
		Applicant: PersonForm{Name: said["form/applicant.name"], IDNumber: said["form/applicant.id_number"]},
		Live:      PlaceForm{Region: said["form/live.region"], Detail: said["form/live.detail"]},
		Household: household,
		People:    []MemberForm{{Ref: string(h.Members[0].Ref), Name: said["form/applicant.name"], IDNumber: said["form/applicant.id_number"]}},
		Story:     iv.Story(c, MaxStory),
		Urgent:    said["form/urgent"] == "true",
		Account:   said["form/account"],
	}, nil
}

// ToldBy says who said the facts of an interview, for [Submission.Sources]: each answer
// keeps its door and its time. Of who speaks for another it is the contact's word. What a
// register gave has no door, and keeps whose record it is: only what the platform sealed
// for a conversation says so, for an answer is stamped by the door that heard it.
func ToldBy(iv *interview.Interviewer, c *interview.Conversation) map[string]core.Provenance {
	who := iv.Fields(c)["form/contact.capacity"]
	out := iv.Sources(c)
	for path, from := range out {
		switch {
		case from.Said == "" || from.By == "" && !recorded(from) || strings.HasPrefix(path, "form/"):
			delete(out, path)
		case from.Said == "citizen" && who != "" && who != string(core.CapacitySelf):
			from.Said = "contact"
			out[path] = from
		}
	}
	return out
}

// recorded reports what a register gave.
func recorded(from core.Provenance) bool { return strings.HasPrefix(from.Said, "registry:") }

// bare is a household's facts without the day and the county, which we fill.
func bare(h *core.Household) (json.RawMessage, error) {
	raw, err := json.Marshal(h)
	if err != nil {
		return nil, core.E(core.KindInternal, "facts_encode", "")
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(raw, &keys); err != nil {
		return nil, core.E(core.KindInternal, "facts_encode", "")
	}
	delete(keys, "on")
	delete(keys, "county")
	return json.Marshal(keys)
}

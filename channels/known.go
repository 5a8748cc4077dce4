package channels

import (
	"context"

	"lianou/core/citizen"
	"lianou/core/pg"
	"lianou/intake"
	"lianou/intake/records"
)

// Recorded is how far a conversation is with the city's records.
type Recorded struct {
	ID     string              `json:"id"`             // of the question to them
	Done   bool                `json:"done,omitempty"` // it was answered, be it with nothing
	People []intake.MemberForm `json:"people,omitempty"`
}

// kept is what belongs into the transaction that keeps a conversation; nil for nothing.
type kept = func(ctx context.Context, tx *pg.Tx) error

// both does one thing after another.
func both(a, b kept) kept {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return func(ctx context.Context, tx *pg.Tx) error {
		if err := a(ctx, tx); err != nil {
			return err
		}
		return b(ctx, tx)
	}
}

// Consult asks the records about who typed their name and their whole number and has
// proved a telephone: once in a conversation, and it goes on meanwhile. What it gives is
// to be kept with the conversation; nil where nothing is asked. A number that was read
// from a photo, heard by a machine or said in a call is nobody's proof.
func (d *CitizenDoor) Consult(ctx context.Context, who string, t *Talking) func(ctx context.Context, tx *pg.Tx) error {
	if d.env.Records == nil || t.Records != nil {
		return nil
	}
	of := records.Of{Name: d.own(t, "form/applicant.name"), ID: d.own(t, "form/applicant.id_number")}
	if of.Name == "" || of.ID == "" {
		return nil
	}
	phone := d.Phone(ctx, citizen.Citizen{ID: who})
	if phone.IsZero() {
		return nil
	}
	of.Phone = phone.Reveal()
	id, keep, err := d.env.Records.Ask(who, of)
	if err != nil {
		d.env.Log.WarnContext(ctx, "the records were not asked", "error", err)
		return nil
	}
	t.Records = &Recorded{ID: id}
	return keep
}

// own is a field as the person typed it here; "" for one that came otherwise.
func (d *CitizenDoor) own(t *Talking, key string) string {
	if from := d.in.Interviewer.Sources(t.Talk)[key]; from.Said != "citizen" || from.CallID != "" {
		return ""
	}
	return d.in.Interviewer.Fields(t.Talk)[key]
}

// Recorded looks whether the records have answered; nil while they have not, and where
// nothing was asked. What fails here leaves the person to be asked.
func (d *CitizenDoor) Recorded(ctx context.Context, who string, t *Talking) *records.Sheet {
	if d.env.Records == nil || t.Records == nil || t.Records.Done {
		return nil
	}
	sheet, came, err := d.env.Records.Answer(ctx, who, t.Records.ID)
	if err != nil {
		d.env.Log.WarnContext(ctx, "what the records say was not read", "error", err)
	}
	if err != nil || !came {
		return nil
	}
	return &sheet
}

// Learn takes what the records say into a conversation. What was answered stands over it.
func (t *Talking) Learn(s *records.Sheet) {
	if !t.named() {
		t.Records.People = s.People
	}
	t.Talk.Learn(s.Known)
	t.Records.Done = true
}

// named reports whether somebody said who lives there.
func (t *Talking) named() bool {
	return len(t.Talk.Known.Members) > 1 || t.Talk.Answered("members")
}

// Forgotten forgets an answer of the records, with the conversation that has it.
func (d *CitizenDoor) Forgotten(t *Talking) func(ctx context.Context, tx *pg.Tx) error {
	id := t.Records.ID
	return func(ctx context.Context, tx *pg.Tx) error { return d.env.Records.Taken(ctx, tx, id) }
}

// fromRecords merges what has come and asks what can be asked, at the end of an act: the
// answer in hand belongs to the question that was shown.
func (d *CitizenDoor) fromRecords(ctx context.Context, who citizen.Citizen, t *open) {
	if sheet := d.Recorded(ctx, who.ID, &t.Talking); sheet != nil {
		t.Talking.Learn(sheet)
		t.also = both(t.also, d.Forgotten(&t.Talking))
	}
	t.also = both(t.also, d.Consult(ctx, who.ID, &t.Talking))
}

// addTo names to the form whom the records name of the family.
func (r *Recorded) addTo(form *intake.Form) {
	if r != nil {
		form.People = append(form.People, r.People...)
	}
}

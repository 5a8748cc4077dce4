package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/blob"
	"lianou/intake/interview"
)

// ownHand is a form that an account sends by itself.
func (h *house) ownHand(t *testing.T, citizen, key string) Submission {
	t.Helper()
	info, err := h.blobs.Put(t.Context(), strings.NewReader(`[{"points":[]}]`), blob.PutOptions{Class: "signature", By: citizen, MIME: "application/json", Max: 1 << 20})
	must(t, err)
	document := sha256.Sum256([]byte(interview.Promise))
	s := byHand()
	s.Channel, s.Key, s.Citizen, s.Papers = "app", key, citizen, nil
	s.Signature = &SignatureForm{Strokes: string(info.Digest), Document: hex.EncodeToString(document[:])}
	return s
}

// Whoever types a stranger's telephone into forms uses up nobody's day; a telephone
// that is bound to the sending accounts is counted over all of them. Control: the
// telephone of the form counted, "form 5 of a stranger".
func TestOnlyABoundTelephoneIsCounted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := h.open(t, t.TempDir())
	for i := range 2 * perDay { // from many accounts, each with the same number in the form
		if _, err := in.Submit(t.Context(), h.ownHand(t, fmt.Sprintf("stranger%d", i), fmt.Sprintf("stranger-%d", i))); err != nil {
			t.Fatalf("form %d of a stranger: %v", i, err)
		}
	}
	for i := range perDay + 1 {
		account := fmt.Sprintf("c%032d", i) // unbound and bound again each time
		h.exec(t, fmt.Sprintf(`update citizen_binding set unbound = now(); insert into citizen (id, created) values ('%[1]s', now());
			insert into citizen_binding (citizen, kind, blind, sealed, bound) values ('%[1]s', 'phone', sha256('%[2]s'), '', now())`, account, testPhone))
		_, err := in.Submit(t.Context(), h.ownHand(t, account, fmt.Sprintf("owner-form-%d", i)))
		if i < perDay && err != nil {
			t.Errorf("form %d of the telephone's owner: %v", i, err)
		}
		if i == perDay && (err == nil || core.Known(err).Code != errPerPhone.Code) {
			t.Errorf("one more of one telephone: %v", err)
		}
	}
	for i := range perDay + 1 {
		_, err := in.Submit(t.Context(), h.ownHand(t, "busy", fmt.Sprintf("busy-form-%d", i)))
		if i == perDay && (err == nil || core.Known(err).Code != errPerAccount.Code) {
			t.Errorf("one more of one account: %v", err)
		}
	}
}

// With the database away one account does not fill everybody's spool. Control:
// shelve without tally, "form 5 of one account while away: <nil>".
func TestADayIsCountedWhileAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g, db := h.gated(t)
	in := h.openOn(t, t.TempDir(), db)
	g.Shut()
	send := func(citizen, key string) (Receipt, error) {
		got, err := in.Submit(t.Context(), h.ownHand(t, citizen, key))
		for err != nil && core.KindOf(err) == core.KindUnavailable {
			got, err = in.Submit(t.Context(), h.ownHand(t, citizen, key))
		}
		return got, err
	}
	for i := range 2 * perDay {
		got, err := send("greedy", fmt.Sprintf("greedy-form-%d", i))
		if i < perDay && (err != nil || !got.Spooled) {
			t.Errorf("form %d of one account while away: %+v, %v", i, got, err)
		}
		if i >= perDay && (err == nil || core.Known(err).Code != errPerAccount.Code) {
			t.Errorf("form %d of one account while away: %v", i, err)
		}
	}
	if _, err := send("greedy", "greedy-form-0"); err != nil {
		t.Errorf("a repetition of what was taken: %v", err)
	}
	for i := range againMost * perDay {
		_, err := send("greedy", "greedy-form-0")
		if i == againMost*perDay-1 && err == nil {
			t.Error("repetitions without end")
		}
	}
	for i := range 3 * perDay { // another, and staff, go on
		s := spoken(fmt.Sprintf("call-%04d#1", i))
		if _, err := in.Submit(t.Context(), s); err != nil {
			t.Errorf("what staff write down: %v", err)
		}
	}
	if got, err := send("modest", "modest-form-1"); err != nil || !got.Spooled {
		t.Errorf("another account: %+v, %v", got, err)
	}
}

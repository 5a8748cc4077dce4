package channeltest

import (
	"errors"
	"testing"

	"lianou/channels"
	"lianou/core"
	"lianou/intake"
)

// Contract is what every Submitter promises. fresh gives a valid submission for a
// key, the same for the same key.
func Contract(t *testing.T, to channels.Submitter, fresh func(key string) intake.Submission) {
	t.Helper()
	submit := func(s intake.Submission) (intake.Receipt, error) { return to.Submit(t.Context(), s) }
	first, err := submit(fresh("contract-1"))
	if err != nil || first.Duplicate || first.Application == "" {
		t.Fatalf("first: %+v %v", first, err)
	}
	if _, err := intake.ParseReceipt(string(first.Number)); err != nil {
		t.Errorf("receipt %q: %v", first.Number, err)
	}
	again, err := submit(fresh("contract-1"))
	if err != nil || !again.Duplicate || again.Number != first.Number || again.Application != first.Application {
		t.Errorf("the same again: %+v %v", again, err)
	}
	other := fresh("contract-1")
	other.Story += "还有一件事。"
	if _, err := submit(other); !errors.Is(err, intake.ErrKeyReused) {
		t.Errorf("the same key with another body: %v", err)
	}
	second, err := submit(fresh("contract-2"))
	if err != nil || second.Duplicate || second.Number == first.Number {
		t.Errorf("another key: %+v %v", second, err)
	}
	elsewhere := fresh("contract-1")
	elsewhere.Channel += "x"
	third, err := submit(elsewhere)
	if err != nil || third.Duplicate || third.Number == first.Number {
		t.Errorf("the same key of another channel: %+v %v", third, err)
	}
	wrong := fresh("contract-3")
	wrong.Live.Region = "371499999"
	if _, err := submit(wrong); core.KindOf(err) != core.KindInvalid || core.Known(err).Field != "live.region" {
		t.Errorf("no such place: %v", err)
	}
	// A refusal uses no key up: mended, the same key is good.
	if r, err := submit(fresh("contract-3")); err != nil || r.Duplicate {
		t.Errorf("after a refusal: %+v %v", r, err)
	}
}

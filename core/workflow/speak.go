package workflow

import (
	"context"
	"fmt"

	"lianou/core"
	"lianou/core/notify"
	"lianou/core/wording"
)

// speak makes the contact of an application the one that is told of the case, and tells who
// was told until now, at the number that stood there before: one who takes over a household's
// messages shall not do it in silence (features.md F70).
func (a *act) speak(ctx context.Context, to core.ApplicationID) error {
	before, err := a.f.Cases.OpenPerson(ctx, a.tx, a.c)
	if err != nil {
		return err
	}
	now, err := a.f.Cases.Speaker(ctx, a.tx, a.c, to)
	if err != nil {
		return err
	}
	if err := a.f.Cases.Speak(ctx, a.tx, a.c, to); err != nil {
		return err
	}
	if before.Phone == now.Phone && before.Citizen == now.Citizen {
		return nil
	}
	tail := ""
	if number := now.Phone.String(); number != "" {
		tail = number[len(number)-4:]
	}
	_, err = a.f.Outbox.Enqueue(ctx, a.tx, noticeTo(before, a.c, notify.Notice{Key: fmt.Sprintf("speaks/%d/%s", a.c.ID, to), Application: a.c.Application,
		Text: wording.SpeaksNow(tail)}))
	return err
}

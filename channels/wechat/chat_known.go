package wechat

import (
	"context"

	"lianou/core/pg"
)

// fromRecords takes messages with what the city's records have answered meanwhile, and
// asks them once there is whom to ask about. The next question is the first that knows of
// an answer.
func (t *turning) fromRecords(ctx context.Context, take func() error) error {
	door, talk := t.c.door, &t.st.Talking
	t.st.came = door.Recorded(ctx, t.citizen, talk)
	came := t.st.came != nil
	if err := take(); err != nil {
		return err
	}
	if came && t.st.came == nil && talk.Records != nil {
		t.keeps(door.Forgotten(talk))
	}
	t.st.came = nil
	if !t.filed {
		t.keeps(door.Consult(ctx, t.citizen, talk))
	}
	return nil
}

// keeps adds something to what is kept with the turn.
func (t *turning) keeps(also func(ctx context.Context, tx *pg.Tx) error) {
	first := t.also
	switch {
	case also == nil:
	case first == nil:
		t.also = also
	default:
		t.also = func(ctx context.Context, tx *pg.Tx) error {
			if err := first(ctx, tx); err != nil {
				return err
			}
			return also(ctx, tx)
		}
	}
}

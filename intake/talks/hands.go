package talks

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
)

// HandsOf says of which application hand-overs are looked for: those of its call, and those
// of the account that sent it, from a time on until it came.
type HandsOf struct {
	Call, Citizen string // "" for none
	From, Until   time.Time
}

// HandStep is one step of a conversation to an agent and back, without a word of it.
type HandStep struct {
	At   time.Time
	Says string // to staff
}

// handEnds are the ways in which a hand-over ended, as staff read them.
var handEnds = map[How]string{HowBack: "坐席交回,机器接着问", HowFiled: "坐席替他填好报上", HowDone: "坐席办完了", HowLeft: "本人不等坐席,自己接着说",
	HowRung: "本人要坐席打电话", HowLapsed: "一天没人再说话,机器接着问"}

// Hands reads when the conversation of an application went to an agent and how it came
// back, oldest first.
func (d *Desk) Hands(ctx context.Context, of HandsOf) (steps []HandStep, err error) {
	const sql = `select asked, opened, closed, how from talk_hand where call = $1 and $1 <> ''
		union select asked, opened, closed, how from talk_hand where citizen = $2 and $2 <> '' and asked > $3 and asked <= $4
		order by asked limit 20`
	err = d.d.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, sql, of.Call, of.Citizen, of.From, of.Until)
		if err != nil {
			return pg.Fail(err, "read when a conversation was with an agent")
		}
		var asked time.Time
		var opened, closed *time.Time
		var how How
		steps = nil
		_, err = pgx.ForEachRow(rows, []any{&asked, &opened, &closed, &how}, func() error {
			steps = append(steps, HandStep{asked, "微信里转人工"})
			if opened != nil {
				steps = append(steps, HandStep{*opened, "坐席接了微信对话"})
			}
			if closed != nil {
				steps = append(steps, HandStep{*closed, handEnds[how]})
			}
			return nil
		})
		return pg.Fail(err, "read when a conversation was with an agent")
	})
	return steps, err
}

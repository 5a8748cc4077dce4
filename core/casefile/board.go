package casefile

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// A Posting is one line of a place's public board (公示栏): an opinion that hangs, or a
// confirmation that the law has published. It holds nothing else (最低生活保障审核确认办法
// 第十九条、第二十四条; domain.md 3.6).
type Posting struct {
	ID          int64
	Confirmed   bool // 公布 after the decision, not 公示 before it
	Item        string
	Place       string
	Name        string // masked when it was hung up
	People      int
	HasSum      bool
	Amount      core.Fen
	Period      string
	Sample      bool
	From, Until core.Date // Until is the last day
	Law         string
	Nth         int
	Region      core.RegionCode // the village, or the township where that is all we know
}

// Sum is the amount as the board says it, "" for none.
func (p Posting) Sum() string {
	if !p.HasSum {
		return ""
	}
	return p.Amount.Short() + " 元" + perWord(p.Period)
}

// Board reads what hangs in a township, or in one village of it, today: opinions first,
// 500 lines at most. A place in which nothing hangs, and one that does not exist, have no
// lines. Nobody need be logged in.
func (r *Reader) Board(ctx context.Context, place core.RegionCode) (list []Posting, err error) {
	town, village := place.Township(), ""
	if town == "" {
		return nil, nil
	}
	if place != town {
		village = string(place)
	}
	const sql = `select id, kind = 'confirmed', item_name, place, name, people, amount is not null, coalesce(amount, 0), period, sample, from_day, until_day, law, nth, region
		from notice_board($1, $2)`
	err = r.db.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, sql, string(town), village)
		if err != nil {
			return pg.Fail(err, "read a board")
		}
		list, err = pgx.CollectRows(rows, scanPosting)
		return pg.Fail(err, "read a board")
	})
	return list, err
}

func scanPosting(r pgx.CollectableRow) (p Posting, err error) {
	var from, until time.Time
	err = r.Scan(&p.ID, &p.Confirmed, &p.Item, &p.Place, &p.Name, &p.People, &p.HasSum, &p.Amount, &p.Period, &p.Sample, &from, &until, &p.Law, &p.Nth, &p.Region)
	p.From, p.Until = dayOf(&from), dayOf(&until)
	return p, err
}

package casefile

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Met is who of a household was reached in person.
type Met string

// Who may be told instead of the person: an adult who lives with them (同住的成年家属), as papers
// are served (民事诉讼法第88条), or who acts for them. A neighbour is MetNobody.
const (
	MetSelf   Met = "self"
	MetFamily Met = "family"
	MetActing Met = "acting"
	MetNobody Met = "nobody"
)

// Say names who was reached; "" for what is none.
func (m Met) Say() string {
	switch m {
	case MetSelf:
		return "本人"
	case MetFamily:
		return "同住的成年家属"
	case MetActing:
		return "监护人或代办人"
	case MetNobody:
		return "没找到人"
	}
	return ""
}

// SaidBy is the way on which somebody was to be reached.
type SaidBy string

// The ways of a person.
const (
	SaidByPhone SaidBy = "phone"
	SaidAtDoor  SaidBy = "door"
)

// Say names the way; "" for what is none.
func (b SaidBy) Say() string {
	switch b {
	case SaidByPhone:
		return "打电话"
	case SaidAtDoor:
		return "上门"
	}
	return ""
}

// Spoken is one try to tell a household in person: who was reached by which way and what they
// said back, or how it was in vain.
type Spoken struct {
	Way   SaidBy
	Met   Met
	Words string
	At    time.Time
	By    core.StaffID
}

// MostSpoken bounds the ways in vain of one task: it has climbed to the city long before. Who is
// met after all is told all the same.
const MostSpoken = 30

const mostSaidWords = 300

// Check names what a try lacks, as KindInvalid.
func (s Spoken) Check() error {
	switch words := strings.TrimSpace(s.Words); {
	case s.Way.Say() == "":
		return core.Invalid("way", "请选是打电话,还是上门。")
	case s.Met.Say() == "":
		return core.Invalid("met", "请选告诉了谁。")
	case !utf8.ValidString(words) || strings.ContainsRune(words, 0) || utf8.RuneCountInString(words) > mostSaidWords:
		return core.Invalid("words", "写得太长了,或者有不能用的字符。300 个字以内。")
	case s.Met == MetNobody && !core.Told(words, 2):
		return core.Invalid("words", "请写一句怎么没找到,例如「锁着门」。")
	case !core.Told(words, 2):
		return core.Invalid("words", "请写一句听的人是怎么说的,例如「知道了,不再申请」。")
	}
	return nil
}

// AddSpoken writes a try down; the task is held by LockTask. A way in vain after MostSpoken tries is
// a KindConflict.
func (s *Store) AddSpoken(ctx context.Context, tx *pg.Tx, c Case, task int64, in Spoken) error {
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return err
	}
	var n int
	if err := tx.QueryRow(ctx, `select count(*) + 1 from task_said where task = $1`, task).Scan(&n); err != nil {
		return pg.Fail(err, "count the tries of a task")
	}
	if n > MostSpoken && in.Met == MetNobody {
		return errMostSpoken
	}
	sealed, err := b.put("task_said", spokenAt(task, n), strings.TrimSpace(in.Words))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into task_said (task, n, case_id, region, at, by_staff, way, met, words)
		select id, $2, case_id, region, $3, $4, $5, $6, $7 from call_task where id = $1`, task, n, tx.Now(), in.By, in.Way, in.Met, sealed)
	return pg.Fail(err, "write down who was told")
}

var errMostSpoken = core.E(core.KindConflict, "most_spoken", "这一条已经找过 30 次了,请找镇上商量。见到人了,照样点「已告诉」。")

// ErrTold says that somebody, or a message, was faster: nobody has to go again.
var ErrTold = core.E(core.KindConflict, "told_already", "这一条已经告诉到了,不用再去。")

func spokenAt(task int64, n int) string {
	return "words/" + strconv.FormatInt(task, 10) + "/" + strconv.Itoa(n)
}

// spoken reads the tries of a case's tasks, by task, the first first.
func (s *Store) spoken(ctx context.Context, tx *pg.Tx, id core.CaseID, b box) (map[int64][]Spoken, error) {
	rows, err := tx.Query(ctx, `select task, n, at, by_staff, way, met, words from task_said where case_id = $1 order by task, n`, id)
	if err != nil {
		return nil, pg.Fail(err, "read who was told")
	}
	found := make(map[int64][]Spoken)
	var task int64
	var n int
	var sealed []byte
	var one Spoken
	_, err = pgx.ForEachRow(rows, []any{&task, &n, &one.At, &one.By, &one.Way, &one.Met, &sealed}, func() (err error) {
		if one.Words, err = b.get("task_said", spokenAt(task, n), sealed); err == nil {
			found[task] = append(found[task], one)
		}
		return err
	})
	return found, pg.Fail(err, "read who was told")
}

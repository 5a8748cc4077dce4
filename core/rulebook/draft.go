package rulebook

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// State is where a draft stands.
type State string

// The states. Open goes to signed by its author, and to published by another person; until
// then it can be withdrawn, and a signed one opened again.
const (
	Open      State = "open"
	SignedOff State = "signed"
	Published State = "published"
	Withdrawn State = "withdrawn"
)

// Chinese is the state as people say it.
func (s State) Chinese() string {
	switch s {
	case Open:
		return "正在起草"
	case SignedOff:
		return "已签署,等另一人发布"
	case Published:
		return "已发布"
	}
	return "已撤回"
}

// A Draft is a set of rules that is being written, from an edition on.
type Draft struct {
	ID      int64
	Base    int
	Author  core.StaffID
	Why     string
	State   State
	Digest  string // of the files as they stand
	Made    time.Time
	Signed  time.Time // zero until it is
	Ended   time.Time // zero until it is published or withdrawn
	EndedBy core.StaffID
}

// A Change is one recorded step of a draft.
type Change struct {
	N   int
	Op  Op
	Why string
	At  time.Time
}

// Why a draft does not go on.
var (
	ErrNoDraft    = core.E(core.KindNotFound, "rulebook_no_draft", "没有这份草案。")
	ErrNotAuthor  = core.E(core.KindForbidden, "rulebook_not_author", "草案只能由起草人修改和签署。")
	ErrSamePerson = core.E(core.KindForbidden, "rulebook_same_person", "起草人不能自己发布,请另一位市级人员核对后发布。")
	ErrNotCity    = core.E(core.KindForbidden, "rulebook_city", "政策由市级人员起草和发布,您的账号没有这项权限。")
	ErrState      = core.E(core.KindConflict, "rulebook_state", "这份草案的状态已经变了,请刷新再看。")
	ErrStale      = core.E(core.KindConflict, "rulebook_stale", "起草以后又发布了新的一版,请先把草案换到新版上再签署。")
	ErrSeen       = core.E(core.KindConflict, "rulebook_seen", "草案在您看过以后又改了,请重新核对。")
	ErrDay        = core.E(core.KindInvalid, "rulebook_day", "执行日期不能早于今天,也不能早于上一版的执行日期。")
	ErrWhy        = core.E(core.KindInvalid, "invalid_why", "请用一句话写明理由(500 字以内)。")
)

// refused turns what the database's own rules refuse into words.
func refused(err error) error {
	switch pg.Constraint(err) {
	case "rulebook_two_people", "rulebook_two_people_end":
		return ErrSamePerson.Wrap(err)
	case "rulebook_city":
		return ErrNotCity.Wrap(err)
	case "rulebook_edition_pkey", "rulebook_newest", "rulebook_signed":
		return ErrStale.Wrap(err)
	case "rulebook_draft_moves", "rulebook_draft_open", "rulebook_edition_draft_key":
		return ErrState.Wrap(err)
	case "rulebook_forward":
		return ErrDay.Wrap(err)
	}
	return err
}

// reason checks a sentence that says why.
func reason(why string) (string, error) {
	why = strings.TrimSpace(why)
	if n := utf8.RuneCountInString(why); n == 0 || n > 500 || !utf8.ValidString(why) || strings.ContainsRune(why, 0) {
		return "", ErrWhy
	}
	return why, nil
}

const draftColumns = `id, base, author, why, state, digest, made, signed, ended, coalesce(ended_by, 0)`

func scanDraft(row pgx.CollectableRow) (d Draft, err error) {
	var signed, ended *time.Time
	err = row.Scan(&d.ID, &d.Base, &d.Author, &d.Why, &d.State, &d.Digest, &d.Made, &signed, &ended, &d.EndedBy)
	if signed != nil {
		d.Signed = *signed
	}
	if ended != nil {
		d.Ended = *ended
	}
	return d, err
}

// mostDrafts bounds the list of drafts.
const mostDrafts = 200

// Drafts lists the drafts that are under way, and then what became of the others, the
// newest first.
func (s *Store) Drafts(ctx context.Context) (list []Draft, err error) {
	err = s.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		list, err = drafts(ctx, tx, `select `+draftColumns+` from rulebook_draft order by ended is not null, id desc limit $1`, mostDrafts)
		return err
	})
	return list, err
}

func drafts(ctx context.Context, tx *pg.Tx, sql string, args ...any) ([]Draft, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, pg.Fail(err, "read drafts")
	}
	list, err := pgx.CollectRows(rows, scanDraft)
	return list, pg.Fail(err, "read drafts")
}

// A Folder is a draft with its files and its steps.
type Folder struct {
	Draft
	Files   Sources
	Changes []Change
}

// Draft reads one draft whole. Errors: ErrNoDraft.
func (s *Store) Draft(ctx context.Context, id int64) (f Folder, err error) {
	err = s.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		list, err := drafts(ctx, tx, `select `+draftColumns+` from rulebook_draft where id = $1`, id)
		if err == nil && len(list) == 0 {
			err = ErrNoDraft
		}
		if err != nil {
			return err
		}
		f.Draft = list[0]
		if f.Files, err = filesOf(ctx, tx, id); err != nil {
			return err
		}
		f.Changes, err = changesOf(ctx, tx, id)
		return err
	})
	return f, err
}

// held locks a draft for a step. Errors: ErrNoDraft.
func held(ctx context.Context, tx *pg.Tx, id int64) (Draft, error) {
	list, err := drafts(ctx, tx, `select `+draftColumns+` from rulebook_draft where id = $1 for update`, id)
	if err == nil && len(list) == 0 {
		err = ErrNoDraft
	}
	if err != nil {
		return Draft{}, err
	}
	return list[0], nil
}

func filesOf(ctx context.Context, tx *pg.Tx, id int64) (Sources, error) {
	var packed []byte
	err := tx.QueryRow(ctx, `select files from rulebook_draft where id = $1`, id).Scan(&packed)
	if errors.Is(err, pgx.ErrNoRows) {
		return Sources{}, ErrNoDraft
	}
	if err != nil {
		return Sources{}, pg.Fail(err, "read the files of a draft")
	}
	return unpack(packed)
}

func changesOf(ctx context.Context, tx *pg.Tx, id int64) ([]Change, error) {
	rows, err := tx.Query(ctx, `select n, op, why, at from rulebook_change where draft = $1 order by n`, id)
	if err != nil {
		return nil, pg.Fail(err, "read the steps of a draft")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Change, err error) {
		var raw json.RawMessage
		if err = row.Scan(&c.N, &raw, &c.Why, &c.At); err == nil {
			c.Op, err = readOp(raw)
		}
		return c, err
	})
	return list, pg.Fail(err, "read the steps of a draft")
}

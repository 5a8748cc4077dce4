package staff

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// Account is a new account. Regions are city, county or township codes.
type Account struct {
	Login    string
	Name     string
	Roles    []Role
	Regions  []core.RegionCode
	Village  core.RegionCode
	Password string
}

// Create makes an account. Errors: KindInvalid for a weak password, a role or place
// that does not exist or a log-in that nobody could type, KindConflict when the
// log-in is taken.
func (s *Staff) Create(ctx context.Context, tx *pg.Tx, by audit.Actor, a Account) (core.StaffID, error) {
	if err := checkNewPassword(a.Password); err != nil {
		return 0, err
	}
	if err := s.checkAccount(a); err != nil {
		return 0, err
	}
	hash, err := s.hasher.cost.hash(a.Password)
	if err != nil {
		return 0, err
	}
	var id core.StaffID
	const sql = `insert into staff_account (login, name, roles, regions, village, password, made)
		values ($1, $2, $3, $4, $5, $6, $7) returning id`
	err = tx.QueryRow(ctx, sql, a.Login, a.Name, words(a.Roles), words(a.Regions), string(a.Village), hash, tx.Now()).Scan(&id)
	if pg.SQLState(err) == "23505" {
		return 0, core.E(core.KindConflict, "login_taken", "这个登录名已经有人用了。").Wrap(pg.Fail(err, "make an account"))
	}
	if err != nil {
		return 0, pg.Fail(err, "make an account")
	}
	return id, s.log.Write(ctx, tx, audit.Entry{Actor: by, Act: "staff.created", Subject: subject(id),
		Detail: map[string]any{"login": a.Login, "roles": words(a.Roles), "regions": words(a.Regions), "village": string(a.Village)}})
}

func (s *Staff) checkAccount(a Account) error {
	if len(a.Login) < 2 || len(a.Login) > 64 || strings.Trim(a.Login, loginLetters) != "" || strings.ContainsAny(a.Login[:1], "._-") {
		return core.Invalid("login", "登录名用小写字母、数字和点,2 到 64 个,字母或数字开头。")
	}
	if strings.TrimSpace(a.Name) == "" {
		return core.Invalid("name", "请写上姓名。")
	}
	if len(a.Roles) == 0 {
		return core.Invalid("role", "至少给一个角色。")
	}
	for _, r := range a.Roles {
		if r.Chinese() == string(r) {
			return core.Invalid("role", "没有这个角色。")
		}
	}
	if len(a.Regions) == 0 {
		return core.Invalid("region", "至少给一个地方。")
	}
	for _, code := range a.Regions {
		if len(s.expand(code)) == 0 {
			return core.Invalid("region", "没有这个地方,请从列表里选。")
		}
	}
	// A bank batch holds lines of every township, and what came back of it is mended
	// by those who pay.
	if slices.Contains(a.Roles, Payer) && !slices.Contains(a.Regions, core.DezhouCity) {
		return core.Invalid("region", "发钱的人管全市,地方请选德州市。")
	}
	return nil
}

// SetPassword changes a password, ends every session of the account, and forgets its browsers and what
// was tried at it: a browser of before may be a borrower's, and their wrong tries must not keep out
// whom the new password was handed to.
func (s *Staff) SetPassword(ctx context.Context, tx *pg.Tx, by audit.Actor, id core.StaffID, password string) error {
	if err := checkNewPassword(password); err != nil {
		return err
	}
	hash, err := s.hasher.cost.hash(password)
	if err != nil {
		return err
	}
	if err := s.change(ctx, tx, by, "staff.password_set", id, `update staff_account set password = $2, epoch = epoch + 1 where id = $1`, int64(id), hash); err != nil {
		return err
	}
	if err := forgetBrowsers(ctx, tx, id); err != nil {
		return err
	}
	return forgetGuesses(ctx, tx, id)
}

// Revoke ends every session of an account at once; the account stays.
func (s *Staff) Revoke(ctx context.Context, tx *pg.Tx, by audit.Actor, id core.StaffID) error {
	return s.change(ctx, tx, by, "staff.revoked", id, `update staff_account set epoch = epoch + 1 where id = $1`, int64(id))
}

// SetActive closes or opens an account; closing ends every session at once.
func (s *Staff) SetActive(ctx context.Context, tx *pg.Tx, by audit.Actor, id core.StaffID, active bool) error {
	act := "staff.closed"
	if active {
		act = "staff.opened"
	}
	return s.change(ctx, tx, by, act, id, `update staff_account set active = $2, epoch = epoch + 1 where id = $1`, int64(id), active)
}

// change runs one update of an account and traces it. Errors: ErrUnknown.
func (s *Staff) change(ctx context.Context, tx *pg.Tx, by audit.Actor, act string, id core.StaffID, sql string, args ...any) error {
	tag, err := tx.Exec(ctx, sql, args...)
	if err != nil {
		return pg.Fail(err, "change an account")
	}
	if tag.RowsAffected() == 0 {
		return ErrUnknown
	}
	return s.trace(ctx, tx, by, act, id)
}

func (s *Staff) trace(ctx context.Context, tx *pg.Tx, by audit.Actor, act string, about core.StaffID) error {
	return s.log.Write(ctx, tx, audit.Entry{Actor: by, Act: act, Subject: subject(about)})
}

func subject(about core.StaffID) string {
	if about == 0 {
		return ""
	}
	return "staff:" + strconv.FormatInt(int64(about), 10)
}

func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = string(w)
	}
	return out
}

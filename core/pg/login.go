package pg

import (
	"context"
	"net/url"

	"github.com/jackc/pgx/v5"

	"lianou/core"
)

// AllowLogin lets roles log in, each with its password or, in a private cluster that
// only its own folder's owner reaches, without one (""). It needs a superuser's or
// CREATEROLE URL.
func AllowLogin(ctx context.Context, adminURL string, passwords map[string]string) error {
	conn, err := pgx.Connect(ctx, adminURL)
	if err != nil {
		return Fail(err, "connect to allow a log-in")
	}
	defer conn.Close(context.WithoutCancel(ctx))
	// ALTER ROLE takes no parameters; the server's own quoting builds it.
	const build = `select case when $2 = '' then format('alter role %I login', $1::text)
		else format('alter role %I login password %L', $1::text, $2::text) end`
	for role, password := range passwords {
		var statement string
		if err := conn.QueryRow(ctx, build, role, password).Scan(&statement); err != nil {
			return Fail(err, "allow "+role+" to log in")
		}
		if _, err = conn.Exec(ctx, statement); err != nil {
			return Fail(err, "allow "+role+" to log in")
		}
	}
	return nil
}

// AsRole gives the same server and database as rawURL, for another role.
func AsRole(rawURL, role, password string) (string, error) {
	u, err := url.Parse(rawURL)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		return "", core.E(core.KindInvalid, "database_url", "")
	}
	if password == "" {
		u.User = url.User(role)
	} else {
		u.User = url.UserPassword(role, password)
	}
	return u.String(), nil
}

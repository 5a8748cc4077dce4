package pg

import (
	"context"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"lianou/core"
)

// dbError is all that leaves this package of what PostgreSQL said. Messages and
// details quote the offending row, and rows hold identity numbers.
type dbError struct {
	doing      string
	state      string // SQLSTATE, or "" when the server did not answer
	constraint string
	cause      error // only errors whose text is ours or the standard library's
}

func (e *dbError) Error() string {
	s := e.doing
	if e.state != "" {
		s += ": sqlstate " + e.state
	}
	if e.constraint != "" {
		s += " constraint " + e.constraint
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

func (e *dbError) Unwrap() error { return e.cause }

// Fail turns an error of pgx into a *core.Error that names what was being done
// and never what the database said: no rows is KindNotFound, a unique violation
// KindConflict, a lost connection, shutdown, deadlock or serialisation failure
// KindUnavailable, anything else KindInternal with its SQLSTATE and constraint.
// A nil error stays nil and a *core.Error passes unchanged.
func Fail(err error, doing string) error {
	var known *core.Error
	var server *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return err
	case errors.Is(err, pgx.ErrNoRows):
		return core.E(core.KindNotFound, "not_found", "没有找到这条记录。").Wrap(&dbError{doing: doing, cause: pgx.ErrNoRows})
	case errors.As(err, &server):
		return ofState(server, doing)
	case errors.Is(err, context.Canceled):
		return unavailable().Wrap(&dbError{doing: doing, cause: context.Canceled})
	case errors.Is(err, context.DeadlineExceeded):
		return unavailable().Wrap(&dbError{doing: doing, cause: context.DeadlineExceeded})
	case lost(err):
		return unavailable().Wrap(&dbError{doing: doing + ": no connection to the database"})
	}
	return core.E(core.KindInternal, "database", "").Wrap(&dbError{doing: doing + ": outside the server"})
}

func ofState(server *pgconn.PgError, doing string) error {
	cause := &dbError{doing: doing, state: server.Code, constraint: server.ConstraintName}
	switch {
	case server.Code == "23505":
		return core.E(core.KindConflict, "exists_already", "这条记录已经有了。").Wrap(cause)
	case len(server.Code) == 5 && (server.Code[:2] == "40" || server.Code[:2] == "08" || server.Code[:2] == "53" || server.Code[:3] == "57P"):
		return unavailable().Wrap(cause)
	}
	return core.E(core.KindInternal, "database", "").Wrap(cause)
}

func unavailable() *core.Error {
	return core.E(core.KindUnavailable, "database_unavailable", "系统正忙,请过一会儿再试。")
}

// lost reports whether the connection went away or could not be made.
func lost(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || pgconn.SafeToRetry(err) || pgconn.Timeout(err) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

// SQLState gives the five characters the server answered with, also after Fail,
// or "" when it did not answer.
func SQLState(err error) string {
	var server *pgconn.PgError
	if errors.As(err, &server) {
		return server.Code
	}
	var ours *dbError
	if errors.As(err, &ours) {
		return ours.state
	}
	return ""
}

// Constraint gives the name of the constraint an error broke, or "".
func Constraint(err error) string {
	var server *pgconn.PgError
	if errors.As(err, &server) {
		return server.ConstraintName
	}
	var ours *dbError
	if errors.As(err, &ours) {
		return ours.constraint
	}
	return ""
}

// Safe passes an error that may wrap one of pgx through Fail, for the places
// that run other people's functions.
func safe(err error, doing string) error {
	var server *pgconn.PgError
	var known *core.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	if errors.As(err, &server) || lost(err) {
		return Fail(err, doing)
	}
	return err
}

// scrubbed is the message of a server error without DETAIL, HINT and CONTEXT,
// which quote rows; other errors keep their text.
func scrubbed(err error) string {
	var server *pgconn.PgError
	if errors.As(err, &server) {
		return server.Message + " (sqlstate " + server.Code + ")"
	}
	return err.Error()
}

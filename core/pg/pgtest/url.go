package pgtest

import (
	"fmt"
	"net/url"

	"lianou/core/pg"
)

// testPassword is set on every role, so that a server which asks for one (given by
// LIANOU_TEST_DATABASE_URL) serves as well as the private one, which trusts.
const testPassword = "lianou-test"

func withDatabase(raw, database string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", fmt.Errorf("LIANOU_TEST_DATABASE_URL does not parse")
	}
	u.Path = "/" + database
	return u.String(), nil
}

// inTimezone has the sessions of a URL begin in a time zone.
func inTimezone(raw, zone string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", err
	}
	q := u.Query()
	q.Set("timezone", zone)
	u.RawQuery = q.Encode()
	return u.String(), nil
}

func mustRoleURL(admin string, role Role, database string) string {
	u, err := withDatabase(admin, database)
	if err == nil {
		u, err = pg.AsRole(u, string(role), testPassword)
	}
	if err != nil {
		panic("pgtest: " + err.Error()) // start parsed the same URL before
	}
	return u
}

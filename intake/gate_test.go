package intake

import (
	"io"
	"net"
	"net/url"
)

// address is where a database URL leads, and the URL with its server replaced.
type address struct {
	network, address string
	u                *url.URL
}

func parseURL(raw string) (address, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return address{}, err
	}
	a := address{network: "tcp", address: u.Host, u: u}
	if dir := u.Query().Get("host"); dir != "" {
		port := u.Query().Get("port")
		if port == "" {
			port = "5432"
		}
		a.network, a.address = "unix", dir+"/.s.PGSQL."+port
	}
	return a, nil
}

// through gives the same URL by way of another TCP address.
func (a address) through(hostport string) string {
	u := *a.u
	q := u.Query()
	q.Del("host")
	q.Del("port")
	q.Set("sslmode", "disable")
	u.RawQuery, u.Host = q.Encode(), hostport
	return u.String()
}

func copyAll(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	_ = to.Close()
	_ = from.Close()
}

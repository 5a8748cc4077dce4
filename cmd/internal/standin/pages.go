package standin

import "net/http"

func (s *Server) pages() error { return nil }

// sameSite refuses posts that another web page made the visitor's browser send:
// loopback is no shelter from the pages the same browser has open.
func sameSite(h http.Handler) http.Handler { return http.NewCrossOriginProtection().Handler(h) }

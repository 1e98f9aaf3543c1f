package mail

import "bytes"

// splitMultipart cuts a multipart body at its boundary. Each part is a slice
// of body. closed is false when the end mark is missing, as in a letter cut
// off on its way; the last part is then whatever arrived. Without a boundary,
// or when it never occurs, there are no parts.
//
// The libraries stop at the first malformed part; here every part is kept.
func splitMultipart(body []byte, boundary string) (parts [][]byte, closed bool) {
	if boundary == "" {
		return nil, false
	}
	mark := []byte("--" + boundary)
	start := -1
	for at := 0; at < len(body); {
		line, rest := cutLine(body[at:])
		next := len(body) - len(rest)
		if rest == nil {
			next = len(body)
		}
		if kind := boundaryLine(line, mark); kind != 0 {
			if start >= 0 {
				parts = append(parts, trimLineEnd(body[start:at]))
			}
			if kind == 2 {
				return parts, true
			}
			start = next
		}
		at = next
	}
	if start >= 0 && start <= len(body) {
		parts = append(parts, body[start:])
	}
	return parts, false
}

// boundaryLine says whether a line is a boundary (1), the last one (2) or not.
func boundaryLine(line, mark []byte) int {
	if !bytes.HasPrefix(line, mark) {
		return 0
	}
	switch tail := bytes.TrimRight(line[len(mark):], " \t"); {
	case len(tail) == 0:
		return 1
	case bytes.Equal(tail, []byte("--")):
		return 2
	}
	return 0
}

func trimLineEnd(b []byte) []byte {
	b = bytes.TrimSuffix(b, []byte("\n"))
	return bytes.TrimSuffix(b, []byte("\r"))
}

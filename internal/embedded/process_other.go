//go:build !linux

package embedded

import (
	"os/exec"
	"strconv"
	"strings"
)

// servers lists the living postmaster on data. The processes below it show
// no folder here; Postgres itself waits for those.
func servers(data string) ([]int, error) {
	out, err := exec.Command("ps", "-axo", "pid=,stat=,command=").Output()
	if err != nil {
		return nil, err
	}
	var pids []int
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if len(f) < 3 || strings.HasPrefix(f[1], "Z") || !strings.Contains(line, "/postgres -D "+data+" ") {
			continue
		}
		pid, err := strconv.Atoi(f[0])
		if err == nil {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

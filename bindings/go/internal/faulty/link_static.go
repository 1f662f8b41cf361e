// SPDX-License-Identifier: MIT

//go:build icp_static

package faulty

// #cgo pkg-config: libicp-static
import "C"

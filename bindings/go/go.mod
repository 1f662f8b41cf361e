module icp

go 1.19

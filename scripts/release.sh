#!/usr/bin/env bash
# Commits the built bundles on the branch of the major version and tags them. usage: release.sh 1.2.3
set -euo pipefail
version=$1
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || { echo "$version is no version such as 1.2.3" >&2; exit 1; }
git rev-parse --verify --quiet "refs/tags/v$version" > /dev/null && { echo "v$version is there already" >&2; exit 1; }
source=$(git rev-parse HEAD)
git config user.name 'github-actions[bot]'
git config user.email '41898282+github-actions[bot]@users.noreply.github.com'
git checkout --quiet --detach
git add --force actions/*/dist
git commit --quiet --message "build: release v$version from $source"
git tag --annotate "v$version" --message "Tidegate v$version"
remote="https://x-access-token:$TOKEN@github.com/$GITHUB_REPOSITORY"
git push --quiet "$remote" "v$version"
git push --quiet --force "$remote" "HEAD:refs/heads/v${version%%.*}"

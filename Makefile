# Every target is one thin call; `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help setup run stop test lint types format imports web sure scan evidence db clean tools

BIN := .venv/bin

help: ## 显示本帮助 · this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: ## 准备运行环境,不启动 · prepare everything, start nothing
	@python3 gis_service/bootstrap.py setup

run: ## 准备并启动服务 · prepare what is missing, then serve on http://127.0.0.1:8000
	@python3 gis_service/bootstrap.py run

stop: ## 停止常驻数据库 · stop a database that `make db` left running
	@$(BIN)/gis-service db stop

test: ## 准备并运行全部测试 (ARGS="-k 词") · prepare what is missing, then run every test
	@python3 gis_service/bootstrap.py test $(ARGS)

lint: tools ## 代码检查 · ruff
	$(BIN)/ruff check .

types: tools ## 类型检查 · mypy
	$(BIN)/mypy

format: tools ## 统一格式 · format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only .

imports: tools ## 模块依赖约定 · import contract
	$(BIN)/lint-imports

web: tools ## 网页类型检查与单元测试 · types and unit tests of the web pages
	$(BIN)/python -m gis_service.web.build --check

sure: tools ## 提交前全部检查 · everything a reviewer would run
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m gis_service.web.build --check
	@python3 gis_service/bootstrap.py test $(ARGS)

scan: tools ## 安全扫描:源码、秘密、依赖 · bandit, semgrep, secrets, deny-list, SBOM, pip-audit
	$(BIN)/python -m tests.proving.scanning

evidence: tools ## 证据表 (ARGS="--only faults") · run the proofs, write docs/evidence
	$(BIN)/python -m tests.proving $(ARGS)

db: setup ## 启动常驻数据库 · start the private database and leave it running
	@$(BIN)/gis-service db start

clean: ## 删除可重建的文件,保留数据 · delete what can be made again; data in var/ stay
	rm -rf .venv build dist gis_service/web/node_modules gis_service/web/dist
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

tools:
	@python3 gis_service/bootstrap.py setup --tests

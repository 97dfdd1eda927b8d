FROM python:3.11-slim AS build
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.11-slim
RUN useradd --uid 10001 --no-create-home evendas && install -d -o evendas -g evendas /data
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    EVENDAS_LOCAL_DIR=/data \
    EVENDAS_STATIC_ROOT=/app/static-hashed
COPY --from=build /venv /venv
WORKDIR /app
COPY . .
# The demo's keys serve this one command only; a start without real ones is refused.
RUN EVENDAS_DEMO=1 python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q .
USER evendas
EXPOSE 8000
# 2 processes of 8 threads: pages and webhooks wait for the database, not for the CPU.
CMD ["gunicorn", "evendas.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "8", "--timeout", "60", "--no-control-socket", \
     "--forwarded-allow-ips", "*"]

"""The older systems' way: FastAPI, SQLAlchemy, asyncpg, one session and one commit a request. No model. BENCH_POOL is "size+overflow"."""

import datetime
import os
import uuid

from fastapi import FastAPI
from pydantic import BaseModel, Field
from sqlalchemy import Boolean, Column, DateTime, Float, String, Text
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import declarative_base, sessionmaker

size, overflow = (int(part) for part in os.environ.get("BENCH_POOL", "10+20").split("+"))
engine = create_async_engine(os.environ["BENCH_DB_URI"], pool_size=size, max_overflow=overflow)
Session = sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)
Base = declarative_base()


class Prediction(Base):
    __tablename__ = "fastapi_predictions"
    id = Column(UUID(as_uuid=True), primary_key=True, default=uuid.uuid4)
    timestamp = Column(DateTime(timezone=True), index=True)
    input_text = Column(Text)
    predicted_sentiment = Column(String(20), index=True)
    confidence_score = Column(Float)
    latency_ms = Column(Float)
    model_version = Column(String(50))
    cache_hit = Column(Boolean)


class Body(BaseModel):
    text: str = Field(min_length=1, max_length=10000)


app = FastAPI()


@app.on_event("startup")
async def make_tables() -> None:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)


@app.post("/predict")
async def predict(body: Body) -> dict:
    async with Session() as session:
        row = Prediction(
            timestamp=datetime.datetime.now(datetime.timezone.utc),
            input_text=body.text,
            predicted_sentiment="neutral",
            confidence_score=0.5,
            latency_ms=0.1,
            model_version="v1",
            cache_hit=False,
        )
        session.add(row)
        await session.commit()
        return {"id": str(row.id), "sentiment": "neutral", "confidence": 0.5, "latency_ms": 0.1}

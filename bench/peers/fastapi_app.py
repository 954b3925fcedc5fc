"""The legacy method: FastAPI, SQLAlchemy, asyncpg, one session and one commit per request. No model. BENCH_POOL is "size+overflow"."""

import datetime
import os
import uuid

from fastapi import BackgroundTasks, FastAPI
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


class Feedback(Base):
    __tablename__ = "fastapi_feedback"
    id = Column(UUID(as_uuid=True), primary_key=True, default=uuid.uuid4)
    category = Column(String(64))
    description = Column(Text)
    created_at = Column(DateTime(timezone=True))


class Screenshot(Base):
    __tablename__ = "fastapi_screenshots"
    id = Column(UUID(as_uuid=True), primary_key=True, default=uuid.uuid4)
    feedback_id = Column(UUID(as_uuid=True), index=True)
    screenshot_data = Column(Text)


class FeedbackBody(BaseModel):
    session_id: str
    category: str
    description: str
    url: str
    timestamp: str
    screenshot: str


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


async def store_screenshot(feedback_id: uuid.UUID, data: str) -> None:
    async with Session() as session:
        session.add(Screenshot(feedback_id=feedback_id, screenshot_data=data))
        await session.commit()


@app.post("/feedback")
async def feedback(body: FeedbackBody, background: BackgroundTasks) -> dict:
    """The legacy method: respond first, store the screenshot later. A crash in between loses it."""
    async with Session() as session:
        row = Feedback(
            category=body.category,
            description=body.description,
            created_at=datetime.datetime.now(datetime.timezone.utc),
        )
        session.add(row)
        await session.commit()
    background.add_task(store_screenshot, row.id, body.screenshot)
    return {"success": True, "id": str(row.id)}
